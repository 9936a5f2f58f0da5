"""The routes of the data lake under ``/freezeout/api/lake``."""
