"""A program that writes its arguments, one a line: `python -m tests.local.speaking LINE…`."""

import sys

if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in sys.argv[1:]))
