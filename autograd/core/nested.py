"""Lists, tuples and NumPy arrays of numbers and Values: mapped, flattened, told apart.

Invariant: a structure comes back in the shape and of the kind it came in.  Arrays are
known by their attributes: NumPy is imported only to make a new one.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import islice
from typing import Any, ParamSpec, TypeVar

from autograd.core.node import finite
from autograd.core.value import Value

P = ParamSpec("P")
R = TypeVar("R")


def is_array(x: Any) -> bool:
    """Whether x is an array of at least one dimension."""
    return getattr(x, "ndim", 0) > 0 and hasattr(x, "astype")


def is_nested(x: Any) -> bool:
    """Whether x is a list, a tuple or an array: something with elements."""
    if type(x) is Value or type(x) is float:  # most are: told at once
        return False
    return isinstance(x, (list, tuple)) or is_array(x)


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


def build(kind: Any, items: Iterable[Any]) -> Any:
    """The items in a structure of the same kind as `kind`: a list, a tuple or an array."""
    items = list(items)
    if is_array(kind):
        return array(items)
    return tuple(items) if isinstance(kind, tuple) else items


def array(items: list[Any]) -> Any:
    """Nested lists as a NumPy array: of floats, or of objects if there is a Value among them."""
    import numpy

    items = [x.tolist() if is_array(x) else x for x in items]
    if any(type(x) is Value for x in flatten(items)):
        return numpy.array(items, dtype=object)
    return numpy.array(items, dtype=float)


def flatten(x: Any) -> Iterator[Any]:
    """The elements of a nested structure from first to last; x itself if it has none.

    >>> list(flatten([1, (2, [3])]))
    [1, 2, 3]
    """
    stack = [iter([x])]
    while stack:
        for item in stack[-1]:
            if is_nested(item):
                stack.append(iter(item.tolist() if is_array(item) else item))
                break
            yield item
        else:
            stack.pop()


def map_nested(function: Callable[..., Any], x: Any, *others: Any) -> Any:
    """function over the elements of x, and of the others where they have the shape of x.

    >>> map_nested(lambda a, b: a * b, [1, [2, 3]], 10)
    [10, [20, 30]]
    """
    shapes = [s for s in (x, *others) if is_nested(s)]
    if not shapes:
        return function(x, *others)
    lengths = {len(s) for s in shapes}
    if len(lengths) > 1:
        raise ValueError(f"structures of different lengths: {sorted(lengths)}")
    rows = zip(*[s if is_nested(s) else [s] * len(shapes[0]) for s in (x, *others)], strict=True)
    return build(shapes[0], [map_nested(function, *row) for row in rows])


def elementwise(operands: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: the first so many arguments may be nested; the elements are checked numbers."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        each: Any = function

        @wraps(function)
        def mapped(*args: Any, **options: Any) -> Any:
            if not options and len(args) == 1 and type(args[0]) is Value:
                return each(args[0])  # the usual call, without a detour
            xs, rest = args[:operands], args[operands:]
            for x in xs:
                if is_nested(x):
                    return map_nested(lambda *xs: mapped(*xs, *rest, **options), *xs)
            return each(*[scalar(x) for x in args], **options)

        mapped.operands = operands  # type: ignore[attr-defined]  # for who looks for activations
        return mapped

    return decorate


def values(nested: Any, label: str | None = None) -> Any:
    """A nested list of numbers as one of Values, an array as an object array.

    With a label, elements are labelled `label[0,1]`.  Raises TypeError and ValueError as `Value`
    does, and says at which index.

    >>> values([[1, 2]], "W")
    [[Value(1.0, label='W[0,0]'), Value(2.0, label='W[0,1]')]]
    """
    return _indexed(nested, label, lambda x, name: Value(x, name))


def leaves(nested: Any, label: str) -> Any:
    """As `values`, but a Value among the elements stays itself.

    >>> leaves([1, Value(2, "b")], "a")
    [Value(1.0, label='a[0]'), Value(2.0, label='b')]
    """

    def leaf(x: Any, name: str | None) -> Value:
        x = scalar(x)
        return x if type(x) is Value else Value(x, name)

    return _indexed(nested, label, leaf)


def _indexed(nested: Any, label: str | None, leaf: Callable[[Any, str | None], Any]) -> Any:
    """leaf(element, its label) over the structure; an error says where."""

    def wrap(x: Any, index: tuple[int, ...]) -> Any:
        if is_nested(x):
            return build(x, [wrap(item, (*index, i)) for i, item in enumerate(x)])
        where = f"[{','.join(map(str, index))}]" if index else ""
        try:
            return leaf(x, None if label is None else label + where)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{label or 'element '}{where}: {error}") from None

    return wrap(nested, ())


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
    """Set `.data` of the leaves in a list, tuple, dict or array to the numbers in another.

    Lists, tuples and arrays may stand for each other; a Value among the numbers counts as its
    number.  Raises ValueError where the shapes differ and where there is an inner node, TypeError
    for what is no Value or no number; nothing has changed then.

    >>> w = {"W": values([[1, 2]]), "b": Value(0)}
    >>> assign(w, {"W": [[3, 4]], "b": 5})
    >>> data(w)
    {'W': [[3.0, 4.0]], 'b': 5.0}
    """
    if _form(leaves) != _form(numbers):
        raise ValueError(f"assign: the numbers have not the shape of the leaves: {numbers!r:.60}")
    new = [number(scalar(x)) for x in items(numbers)]
    for v, x in zip(only_leaves("assign: leaves", items(leaves)), new, strict=True):
        v.data = x


def _form(tree: Any) -> Any:
    """The tree with nothing in it, as lists and dicts."""
    if isinstance(tree, dict):
        return {key: _form(x) for key, x in tree.items()}
    return [_form(x) for x in tree] if is_nested(tree) else None


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


# --- trees: dicts too, and an array is one block of leaves ---


def map_tree(function: Callable[[Any], Any], tree: Any) -> Any:
    """function over what stands in lists, tuples and dicts, nested: single items and arrays.

    >>> map_tree(abs, {"a": -1, "b": (-2, [3])})
    {'a': 1, 'b': (2, [3])}
    """
    if isinstance(tree, dict):
        return {key: map_tree(function, x) for key, x in tree.items()}
    if isinstance(tree, (list, tuple)):
        items = [
            function(x) if type(x) is float or type(x) is Value else map_tree(function, x)
            for x in tree
        ]
        return tree._make(items) if hasattr(tree, "_make") else build(tree, items)
    return function(tree)


def blocks(tree: Any) -> list[Any]:
    """What map_tree meets, in order."""
    found: list[Any] = []
    map_tree(found.append, tree)
    return found


def shape(block: Any) -> tuple[int, ...]:
    """The shape of an array, () of a single item."""
    return tuple(block.shape) if is_array(block) else ()


def items(tree: Any) -> list[Any]:
    """The items of a tree, those of its arrays too, from first to last."""
    if type(tree) is Value:
        return [tree]
    return [x for block in blocks(tree) for x in (block.flat if is_array(block) else [block])]


def fill(tree: Any, new: Iterable[Any]) -> Any:
    """The tree with the new items in place of its own."""
    rest = iter(new)

    def renewed(block: Any) -> Any:
        if not is_array(block):
            return next(rest)
        return shaped(list(islice(rest, block.size)), block.shape)

    return map_tree(renewed, tree)


def shaped(row: list[Any], shape: tuple[int, ...]) -> Any:
    """A row of items as an array of that shape, of floats if they all are; a lone item for ()."""
    if not shape:
        return row[0]
    import numpy

    kind = float if all(type(x) is float for x in row) else object
    return numpy.array(row, dtype=kind).reshape(shape)
