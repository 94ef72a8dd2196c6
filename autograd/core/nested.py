"""Trees of numbers and Values: lists, tuples, dicts and NumPy arrays, nested as one likes.

A tree is made of blocks, an array or a single item each, and `map_tree` meets them in order; what
else is asked of trees is asked through it.  Rows are trees without dicts, which functions map over.
Invariant: a tree comes back in the shape and of the kind it came in.  Arrays are known by their
attributes: NumPy is imported only to make a new one.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import islice, repeat
from typing import Any, ParamSpec, TypeVar

from autograd.core.context import use
from autograd.core.node import finite
from autograd.core.value import Value

P = ParamSpec("P")
R = TypeVar("R")
ROWS = (list, tuple)  # the kinds that have elements, beside arrays
TREES = (list, tuple, dict)
DEEPEST = 1000  # levels: a list may hold itself, and machine code would not notice


def is_array(x: Any) -> bool:
    """Whether x is an array of at least one dimension."""
    if type(x) is Value or type(x) is float:  # most are: told at once
        return False
    return getattr(x, "ndim", 0) > 0 and hasattr(x, "astype")


def is_nested(x: Any) -> bool:
    """Whether x is a list, a tuple or an array: something with elements."""
    return isinstance(x, ROWS) or is_array(x)


def scalar(x: Any) -> Any:
    """A Value as it is, any other real number as a float.

    Raises TypeError and ValueError as `Value` does.
    """
    if type(x) is Value:
        return x
    if getattr(x, "shape", None) == () and type(x.item()) is Value:  # a 0-d object array
        return x.item()
    if type(x) is not float and hasattr(type(x), "record"):
        return x  # a step of a program: primitives take it as they take a Value
    return finite(x)


def number(x: Any) -> Any:
    """The number of a Value or of a checked plain number."""
    return x.data if type(x) is Value else x


def peek(x: Any) -> Any:
    """As `number`, untold to a trace: for what does not depend on it, or says `only_here`."""
    return x._data if type(x) is Value else x


# --- trees ---


def map_tree(function: Callable[[Any], Any], tree: Any, kinds: Any = TREES, level: int = 0) -> Any:
    """The tree with function(block) in place of each block; `kinds` are taken apart.

    RecursionError where it is nested deeper than 1,000 levels, or in itself.

    >>> map_tree(abs, {"a": -1, "b": (-2, [3])})
    {'a': 1, 'b': (2, [3])}
    """
    if not isinstance(tree, kinds):
        return function(tree)
    _check_level(tree, level)
    parts = []
    for x in tree.values() if isinstance(tree, dict) else tree:
        single = type(x) is float or type(x) is Value
        parts.append(function(x) if single else map_tree(function, x, kinds, level + 1))
    return build(tree, parts)


def _check_level(tree: Any, level: int) -> None:
    if level == DEEPEST:
        raise RecursionError(f"a {type(tree).__name__} nested {DEEPEST} levels deep, or in itself")


def build(kind: Any, parts: list[Any]) -> Any:
    """The parts in a structure of the same kind as `kind`: a list, a tuple, a dict or an array."""
    if isinstance(kind, dict):
        return dict(zip(kind, parts, strict=True))
    if isinstance(kind, tuple):
        return kind._make(parts) if hasattr(kind, "_make") else tuple(parts)
    return array(parts) if is_array(kind) else parts


def array(parts: list[Any], shape: tuple[int, ...] | None = None) -> Any:
    """Items or rows of items as an array, of floats if all are; for the shape () the lone item."""
    if shape == ():
        return parts[0]
    import numpy

    kind = float if all(type(x) is float for x in items(parts)) else object
    made = numpy.array(parts, dtype=kind)
    return made if shape is None else made.reshape(shape)


def shape(block: Any) -> tuple[int, ...]:
    """The shape of an array, () of a single item."""
    return tuple(block.shape) if is_array(block) else ()


def blocks(tree: Any, kinds: Any = TREES) -> list[Any]:
    """What map_tree meets, in order."""
    found: list[Any] = []
    map_tree(found.append, tree, kinds)
    return found


def items(tree: Any, kinds: Any = TREES) -> list[Any]:
    """The items of a tree, those of its arrays too, from first to last.

    >>> items([1, (2, {"a": 3})])
    [1, 2, 3]
    """
    found = blocks(tree, kinds)
    if any(map(is_array, found)):
        found = [x for b in found for x in (items(b.tolist()) if is_array(b) else [b])]
    return found


def fill(tree: Any, new: Iterable[Any]) -> Any:
    """The tree with the new items in place of its own."""
    rest = iter(new)

    def renewed(block: Any) -> Any:
        if is_array(block):
            return array(list(islice(rest, block.size)), block.shape)
        return next(rest)

    return map_tree(renewed, tree)


def indexed(tree: Any, index: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Each item of a tree after its indices and keys.

    >>> list(indexed([1, {"a": 2}]))
    [((0,), 1), ((1, 'a'), 2)]
    """
    if not isinstance(tree, dict) and not is_nested(tree):
        yield index, tree
        return
    _check_level(tree, len(index))
    for i, x in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield from indexed(x, (*index, i))


def arranged(given: Any, tree: Any) -> list[Any] | None:
    """The items of what is given in the order of the tree's; None where the shapes differ.

    Lists, tuples and arrays may stand for each other, and a dict for one in another order.

    >>> arranged({"b": 2, "a": [1]}, {"a": (10,), "b": 20})
    [1, 2]
    """
    found, order = dict(indexed(given)), [index for index, _ in indexed(tree)]
    return [found[index] for index in order] if found.keys() == set(order) else None


# --- functions over rows ---


def map_rows(function: Callable[..., Any], *xs: Any) -> Any:
    """function over the items of rows side by side; an x that is an item itself goes with each.

    >>> map_rows(lambda a, b: a * b, [1, [2, 3]], 10)
    [10, [20, 30]]
    """
    rows = [x for x in xs if is_nested(x)]
    if not rows:
        return function(*xs)
    lengths = {len(x) for x in rows}
    if len(lengths) > 1:
        raise ValueError(f"structures of different lengths: {sorted(lengths)}")
    lists = [x.tolist() if is_array(x) else x for x in xs]
    columns = [x if is_nested(x) else repeat(x, *lengths) for x in lists]
    return build(rows[0], [map_rows(function, *parts) for parts in zip(*columns, strict=True)])


def elementwise(operands: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: the first so many arguments may be rows; the function gets checked numbers."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        body: Any = function
        context = getattr(function, "context", None)  # of a composite: opened here, at one go
        if context is not None:
            body = body.__wrapped__

        @wraps(function)
        def mapped(*args: Any, **options: Any) -> Any:
            if not options and len(args) == 1 and type(args[0]) is Value:
                return body(args[0]) if context is None else use(context, body, args)
            xs, rest = args[:operands], args[operands:]
            if any([is_nested(x) for x in xs]):
                return map_rows(lambda *xs: mapped(*xs, *rest, **options), *xs)
            return function(*[scalar(x) for x in args], **options)

        mapped.operands = operands  # type: ignore[attr-defined]  # for who looks for activations
        return mapped

    return decorate


# --- trees of Values ---


def values(nested: Any, label: str | None = None) -> Any:
    """A nested list of numbers as one of Values, an array as an object array.

    With a label, elements are labelled `label[0,1]`.  Raises TypeError and ValueError as `Value`
    does, and says at which index.

    >>> values([[1, 2]], "W")
    [[Value(1.0, label='W[0,0]'), Value(2.0, label='W[0,1]')]]
    """
    return _made(nested, label, Value)


def leaves(nested: Any, label: str) -> Any:
    """As `values`, but a Value among the elements stays itself.

    >>> leaves([1, Value(2, "b")], "a")
    [Value(1.0, label='a[0]'), Value(2.0, label='b')]
    """
    return _made(nested, label, lambda x, name: x if type(x) is Value else Value(x, name))


def _made(nested: Any, label: str | None, leaf: Callable[[Any, str | None], Any]) -> Any:
    """leaf(element, its label) over the structure; an error says where."""
    made = []
    for index, x in indexed(nested):
        where = f"[{','.join(map(str, index))}]" if index else ""
        try:
            made.append(leaf(scalar(x), None if label is None else label + where))
        except (TypeError, ValueError) as error:
            raise type(error)(f"{label or 'element '}{where}: {error}") from None
    return fill(nested, made)


def data(tree: Any) -> Any:
    """The numbers of a list, tuple, dict or array of Values, in its shape; arrays become floats.

    >>> data(values([1, 2]))
    [1.0, 2.0]
    """
    return fill(tree, [number(scalar(x)) for x in items(tree)])


def grads(tree: Any) -> Any:
    """The gradients of a list, tuple, dict or array of Values, in its shape.

    None where no sweep has been; in an array, which then holds objects, too.  TypeError for what
    is no Value.  A step downhill is `assign(W, data(W) - 0.1 * grads(W))` where W is an array:
    `W -= 0.1 * grads(W)` would make new nodes of its elements, one graph growing from step to step.

    >>> x = Value(3.0)
    >>> (x * x).backward()
    >>> grads([x])
    [6.0]
    """
    found = items(tree)
    for x in found:
        if type(x) is not Value:
            raise TypeError(f"only a Value has a gradient, not {type(x).__name__}: {x!r:.60}")
    return fill(tree, [x.grad for x in found])


def assign(leaves: Any, numbers: Any) -> None:
    """Set the numbers of the leaves in a list, tuple, dict or array to those in another.

    Lists, tuples and arrays may stand for each other, and a dict for one in another order; a Value
    among the numbers counts as its number.  Raises ValueError where the shapes differ and where
    there is an inner node, TypeError for what is no Value or no number; nothing has changed then.

    >>> w = {"W": values([[1, 2]]), "b": Value(0)}
    >>> assign(w, {"W": [[3, 4]], "b": 5})
    >>> data(w)
    {'W': [[3.0, 4.0]], 'b': 5.0}
    """
    found = arranged(numbers, leaves)
    if found is None:
        raise ValueError(f"assign: the numbers have not the shape of the leaves: {numbers!r:.60}")
    new = [number(scalar(x)) for x in found]
    for v, x in zip(only_leaves("assign: leaves", items(leaves)), new, strict=True):
        v.data = x


def only_leaves(name: str, xs: list[Any]) -> list[Value]:
    """The xs, if all are leaves, whose numbers can be set; else TypeError or ValueError."""
    for i, v in enumerate(xs):
        if type(v) is not Value:
            raise TypeError(f"{name}[{i}] is {v!r:.60}, not a Value")
        if v.op is not None:
            raise ValueError(
                f"{name}[{i}] is the result of {v.op}, not a leaf: {v!r}; "
                "to set the numbers of leaves W write ag.assign(W, numbers), not W -= ..."
            )
    return xs
