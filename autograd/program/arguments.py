"""Arguments that derivatives are taken by: which (`argnums`), and of what kind; shapes of results.

Invariant: what the eager transforms refuse is refused here, in their words.
"""

from collections.abc import Sequence
from typing import Any

from autograd.core.nested import blocks, is_array, map_tree
from autograd.program.trace import split


def plain(tree: Any) -> bool:
    """Whether it is numbers, lists and tuples, nested, and nothing else."""
    if type(tree) in (list, tuple):
        return len(tree) > 0 and all(map(plain, tree))
    return type(tree) in (float, int)


def are_packed(args: tuple[Any, ...]) -> bool:
    """Whether they are arrays of doubles, and perhaps floats: no number needs an object."""
    found = False
    for x in args:
        if type(x) is not float:
            if not is_array(x) or x.dtype != "d":
                return False
            found = True
    return found


def cut(at: Any, numbers: Sequence[float]) -> Any:
    """The numbers in the shape of floats and arrays, each array cut out whole."""
    import numpy

    rest = numpy.array(numbers) + 0.0

    def part(x: Any) -> Any:
        nonlocal rest
        count = x.size if is_array(x) else 1
        mine, rest = rest[:count], rest[count:]
        return mine.reshape(x.shape).copy() if is_array(x) else float(mine[0])

    return map_tree(part, at)


def numbers_in(tree: Any, counts: bool = False) -> list[Any]:
    """The numbers of a tree, as `split` finds them."""
    found: list[Any] = []
    split(tree, found, counts)
    return found


def check(name: str, args: Any, places: tuple[Any, ...], argnums: Any) -> None:
    """The errors of the eager transforms for arguments of another kind."""
    if not all(isinstance(i, int) and -len(args) <= i < len(args) for i in places):
        raise TypeError(
            f"{name}: argnums is {argnums!r}, of {len(args)} positional arguments; an argument "
            "given by name is not differentiated by"
        )
    if len({i % len(args) for i in places}) < len(places):
        raise TypeError(f"{name}: argnums names an argument twice: {argnums!r}")
    for i in places:
        if type(args[i]) is float:
            continue
        for x in blocks(args[i]):
            if is_array(x) and x.dtype.kind not in "fO":
                raise TypeError(
                    f"{name} expects numbers or arrays of floats, got an array of {x.dtype}: "
                    "write a.astype(float)"
                )
            if not is_array(x) and not numbers_in(x):
                raise TypeError(
                    f"{name} is taken by a number, or by a list, tuple, dict or array of numbers: "
                    f"got {type(x).__name__}: {x!r:.60}"
                )


def put_into(out: Any, new: Any) -> Any:
    """The arrays of `out`, with the new numbers in them."""
    places, found = blocks(out), blocks(new)
    if not all(map(is_array, places)) or [a.shape for a in places] != [
        getattr(b, "shape", ()) for b in found
    ]:
        raise ValueError("out is to be arrays of the shapes that come out")
    if any(a.dtype.kind not in "fO" for a in places):
        raise TypeError("out is to be arrays of floats")
    for a, b in zip(places, found, strict=True):
        a[...] = b
    return out
