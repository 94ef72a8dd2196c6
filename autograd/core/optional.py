"""What is said where a library is missing that not everybody has installed."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needed(what: str, extra: str) -> Iterator[None]:
    """Around imports: ImportError of a missing library with the line that installs it.

    >>> with needed("plot", "plot"):
    ...     import no_such_library
    Traceback (most recent call last):
    ImportError: plot needs no_such_library: pip install 'scalar-autograd[plot]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        told = f"{what} needs {error.name}: pip install 'scalar-autograd[{extra}]'"
        raise ImportError(told, name=error.name) from error
