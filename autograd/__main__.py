"""`python -m autograd` is the command line."""

import sys

import autograd
from autograd.shell.cli import run


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status comes back: 0, or 2 after an error."""
    return run(sys.argv[1:] if arguments is None else arguments, autograd)


if __name__ == "__main__":
    sys.exit(main())
