"""What runs in the interpreter of Rucio's server, and Rucio's policy package of the embedded lake.

Nothing of this is imported where Freezeout itself runs.
"""

SUPPORTED_VERSION = ">=41,<42"
