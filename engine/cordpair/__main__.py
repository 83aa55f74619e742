"""``python -m cordpair``."""

from cordpair.cli import main

if __name__ == "__main__":
    main()
