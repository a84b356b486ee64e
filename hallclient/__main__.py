"""`python -P -m hallclient`: the same as the console script."""

import sys

from hallclient.main import main

if __name__ == "__main__":
    sys.exit(main())
