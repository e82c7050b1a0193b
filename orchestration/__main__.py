"""``python -m orchestration``: the daily job once, headless, in this process."""

import sys

from orchestration.headless import main

sys.exit(main())
