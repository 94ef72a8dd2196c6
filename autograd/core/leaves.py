"""The numbers and the gradients of many leaves at once, for code that computes without them.

Invariant: what is read is what `.data` gives, what is added what a sweep adds to `.grad`, leaf by
leaf; a compiled build does it in C.
"""

from collections.abc import MutableSequence
from itertools import repeat

from autograd.core.node import alone, describe, drain, put_back
from autograd.core.value import Value, compiled

_plain = not compiled


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


def add(leaves: list[Value], slopes: MutableSequence[float], start: int = 0) -> None:
    """Add the numbers of an array of doubles, from a place on, to the gradients of the leaves.

    Raises IndexError where there are too few, OverflowError where a sum is too large for a float;
    then, as after Ctrl-C, every gradient is what it was.

    >>> from array import array
    >>> x = Value(2.0)
    >>> for _ in range(2):
    ...     add([x], array("d", [9.0, 1.5]), start=1)
    >>> x.grad
    3.0
    """
    alone(swept, leaves, slopes, start)


def swept(leaves: list[Value], slopes: MutableSequence[float], start: int) -> None:
    """`add`, while no sweep runs."""
    totals = []
    k = start
    for v in leaves:
        total = v._grad + slopes[k]
        if total - total != 0.0:
            raise OverflowError(f"the sum of gradients is too large at {describe(v)}")
        if _plain:
            totals.append(total)
        k += 1
    if _plain:
        drain(put_back(("_grad", leaves, totals), ("_reached", leaves, repeat(True))))
        return
    k = start
    for v in leaves:  # in machine code no Ctrl-C comes here
        v._grad += slopes[k]
        v._reached = True
        k += 1
