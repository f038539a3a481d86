"""``python -m workflow.cli``, for where the script ``wugeyi`` is not on the path."""

import sys

from workflow.cli import main

if __name__ == "__main__":
    sys.exit(main())
