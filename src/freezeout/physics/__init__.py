"""See the docstring of `freezeout`."""
