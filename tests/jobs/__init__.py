"""Tests of `freezeout.jobs`; a package, so that they share `conftest`."""
