"""Run the hub as `python -m dalen_hub`."""

import sys

from dalen_hub.cli import main

sys.exit(main())
