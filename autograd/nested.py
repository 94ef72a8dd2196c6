"""Lists, tuples and NumPy arrays of numbers and Values: mapped, flattened, told apart.

Invariant: a structure comes back in the shape and of the kind it came in.  This is the one module
of the core that knows arrays, by their attributes: it imports NumPy only to make a new array.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from autograd.value import Value, finite


def is_array(x: Any) -> bool:
    """Whether x is an array of at least one dimension."""
    return getattr(x, "ndim", 0) > 0 and hasattr(x, "astype")


def is_nested(x: Any) -> bool:
    """Whether x is a list, a tuple or an array: something with elements."""
    return isinstance(x, (list, tuple)) or is_array(x)


def scalar(x: Any) -> Any:
    """A Value as it is, any other real number as a float.

    Raises TypeError and ValueError as `Value` does.
    """
    if type(x) is Value:
        return x
    if getattr(x, "shape", None) == () and type(x.item()) is Value:  # a 0-d object array
        return x.item()
    return finite(x)


def number(x: Any) -> Any:
    """The number of a Value or of a checked plain number."""
    return x.data if type(x) is Value else x


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


def elementwise(operands: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: the first so many arguments may be nested; the elements are checked numbers."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def checked(*xs: Any, **options: Any) -> Any:
            return function(*[scalar(x) for x in xs], **options)

        @wraps(function)
        def mapped(*args: Any, **options: Any) -> Any:
            if not any(is_nested(x) for x in args[:operands]):
                return checked(*args, **options)
            rest = args[operands:]
            return map_nested(lambda *xs: checked(*xs, *rest, **options), *args[:operands])

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
    return _each(tree, lambda x: number(scalar(x)))


def grads(tree: Any) -> Any:
    """The gradients of a list, tuple, dict or array of Values, in its shape.

    None where no sweep has been; in an array, which then holds objects, too.

    >>> x = Value(3.0)
    >>> (x * x).backward()
    >>> grads([x])
    [6.0]
    """
    return _each(tree, lambda x: x.grad)


def _each(tree: Any, function: Callable[[Any], Any]) -> Any:
    if isinstance(tree, dict):
        return {key: _each(x, function) for key, x in tree.items()}
    if is_array(tree):
        import numpy

        numbers = [function(x) for x in tree.flat]
        kind = object if None in numbers else float
        return numpy.array(numbers, dtype=kind).reshape(tree.shape)
    if is_nested(tree):
        return build(tree, [_each(x, function) for x in tree])
    return function(tree)
