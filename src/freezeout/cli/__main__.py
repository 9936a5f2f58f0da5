"""``python -m freezeout.cli`` is ``freezeout``."""

import sys

from freezeout.cli import main

sys.exit(main())
