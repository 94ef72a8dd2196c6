"""The numbers of many leaves at once, for code that computes without them.

Invariant: what is read is what `.data` gives, leaf by leaf; a compiled build does it in C.
"""

from collections.abc import MutableSequence

from autograd.core.value import Value


def read(leaves: list[Value], numbers: MutableSequence[float], start: int = 0) -> None:
    """Put the numbers of the leaves into an array of doubles, from a place on.

    Raises IndexError where it is too short.

    >>> from array import array
    >>> numbers = array("d", [0.0, 0.0, 0.0])
    >>> read([Value(2.0), Value(3.0)], numbers, start=1)
    >>> numbers.tolist()
    [0.0, 2.0, 3.0]
    """
    k = start
    for v in leaves:
        numbers[k] = v._data
        k += 1
