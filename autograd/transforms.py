"""Derivatives of functions as functions, to any order.

A transform calls its function with variables of its own and sweeps what they record.  Invariant: a
variable belongs to one call of one transform, and one that stands for a Value is a node above it,
so that nested calls cannot take each other's derivatives.  The sweep is made in plain numbers,
unless a Value came in or the result depends on a variable of an enclosing call: then by the rules
of the primitives on Values, which records a graph that can be differentiated again.
The variables in use are kept in the context: a thread that a function starts itself inherits them
only through `contextvars.copy_context().run`.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from itertools import islice
from math import prod
from typing import Any, Literal

from autograd.core import primitives
from autograd.core.context import current, recording
from autograd.core.graph import recorded_adjoints, recorded_tangents
from autograd.core.nested import (
    arranged,
    array,
    blocks,
    fill,
    is_array,
    items,
    map_tree,
    peek,
    scalar,
    shape,
)
from autograd.core.node import in_trace
from autograd.core.sweeps import derivatives
from autograd.core.value import Value

# Of numbers as of Values, whichever the function's own annotation says: its arguments' types go.
Function = Callable[..., Any]


# --- functions ---


def _record(
    name: str, f: Function, args: tuple[Any, ...], argnums: Any, options: Any, single: bool = False
) -> tuple[Any, list[Value], Any, list[Value], bool]:
    """Call f with variables for the numbers in some of its arguments.

    Returns those arguments as they came, the variables, what f returned, the leaves of that as
    Values, and whether derivatives are to be Values.
    """
    several = isinstance(argnums, (tuple, list))
    places = list(argnums) if several else [argnums]
    if not all(isinstance(i, int) and -len(args) <= i < len(args) for i in places):
        write = "; an argument given by name is not differentiated by" if options else ""
        raise TypeError(
            f"{name}: argnums is {argnums!r}, of {len(args)} positional arguments{write}"
        )
    if len({i % len(args) for i in places}) < len(places):
        raise TypeError(f"{name}: argnums names an argument twice: {argnums!r}")
    at = tuple(args[i] for i in places) if several else args[argnums]
    numbers = blocks(at)
    arrays = [b for b in numbers if type(b) is not float and is_array(b)]
    for block in arrays:
        if block.dtype.kind not in "fO":
            raise TypeError(
                f"{name} expects numbers or arrays of floats, got an array of {block.dtype}: "
                "write a.astype(float)"
            )
    if arrays:
        numbers = items(at)
    symbolic = any(type(x) is Value for x in numbers)
    if len(places) < len(args) or options:
        symbolic = symbolic or _holds_value((args, options))
    xs = [_variable(name, x) for x in numbers]
    called, new = list(args), fill(at, xs)
    for i, argument in zip(places, new if several else [new], strict=True):
        called[i] = argument
    with recording(xs):
        out = f(*called, **options)
    if single and (isinstance(out, (list, tuple, dict)) or is_array(out)):
        raise TypeError(
            f"{name} expects a function that returns one number, this one returned a "
            f"{type(out).__name__}: jacobian takes such functions; that of grad(f) is hessian(f)"
        )
    ys = [_output(name, y) for y in items(out)]
    return at, xs, out, ys, reach(ys, xs) or symbolic


def _variable(name: str, x: Any) -> Value:
    try:
        x = scalar(x)
    except TypeError as error:
        raise TypeError(
            f"{name} is taken by a number, or by a list, tuple, dict or array of numbers: {error}"
        ) from None
    if type(x) is not Value:
        return Value(x)
    with recording():
        variable: Value = primitives.identity(x)
    variable.label = x.label  # for messages
    return variable


def _output(name: str, y: Any) -> Value:
    try:
        y = scalar(y)
    except TypeError as error:
        raise TypeError(f"{name}, in what the function returned: {error}") from None
    return y if type(y) is Value else Value(y)


def _holds_value(tree: Any) -> bool:
    """Whether there is a Value in the tree; arrays of numbers are not looked through."""
    plain = [b for b in blocks(tree) if not is_array(b) or b.dtype.kind == "O"]
    return any(type(x) is Value for x in items(plain))


def watching() -> Callable[[list[Value]], bool]:
    """Whether leaves stand for more than their numbers here, in a trace or for a transform.

    It may be asked in any thread.
    """
    traced, variables = in_trace(), current().variables
    return lambda leaves: bool(leaves) and (traced or not variables.isdisjoint(leaves))


def reach(ys: list[Value], own: list[Value]) -> bool:
    """Whether a node of the ys' graph is a variable of an enclosing transform.

    In a trace any leaf is one, but for literals and one's own.
    """
    outer, traced = current().variables, in_trace()
    if not outer and not traced:
        return False
    stack, seen, mine = list(ys), set(ys), set(own)
    while stack:
        v = stack.pop()
        if v in outer or (traced and not (v.inputs or v.is_literal or v in mine)):
            return True
        new = [x for x in v.inputs if x not in seen]
        stack.extend(new)
        seen.update(new)
    return False


def _sweep(
    ys: list[Value], xs: list[Value], seeds: list[Any], symbolic: bool, forward: bool = False
) -> list[list[Any]]:
    """A row of results for each row of seeds: Values if symbolic, else plain numbers."""
    if not symbolic:
        return derivatives(ys, xs, seeds, forward)
    if forward:
        return [list(recorded_tangents(ys, xs, row)) for row in seeds]
    return [list(recorded_adjoints(ys, xs, row, ends=xs)) for row in seeds]


def _results(out: Any, ys: list[Value], symbolic: bool) -> Any:
    """What the function returned, as Values or plain numbers."""
    if type(out) is Value and not symbolic:
        return peek(out)
    return fill(out, ys if symbolic else [peek(y) for y in ys])


def _transform(name: str, f: Function) -> Callable[[Function], Function]:
    """Decorator for what a transform returns: f's name and signature."""
    if not callable(f):
        write = "; a graph has y.backward() and ag.gradients(y, [x])" if type(f) is Value else ""
        raise TypeError(f"{name} expects a function, got {type(f).__name__}: {f!r:.60}{write}")
    return wraps(f)


def grad(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The gradient of a function that returns one number, as a function of the same arguments.

    It has the shape of the argument: a number, or a list, tuple, dict or array of numbers, nested.
    With several `argnums` it is a tuple of such.  Plain numbers give plain numbers; a Value among
    the arguments, or a result that depends on a variable of an enclosing transform, gives Values.
    Raises TypeError for arguments and results of another kind, integer arrays among them.

    >>> grad(lambda x: x**3)(2.0), grad(grad(lambda x: x**3))(2.0)
    (12.0, 12.0)
    >>> grad(lambda p: p["w"] * p["x"][0])({"w": 2.0, "x": [3.0]})
    {'w': 3.0, 'x': [2.0]}
    """

    @_transform("grad", f)
    def gradient(*args: Any, **options: Any) -> Any:
        return _value_and_grad("grad", f, args, argnums, options)[1]

    return gradient


def value_and_grad(f: Function, argnums: int | Sequence[int] = 0) -> Callable[..., tuple[Any, Any]]:
    """The value and the gradient, in one sweep: `grad` tells of the rest.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (6.0, (3.0, 2.0))
    """

    @_transform("value_and_grad", f)
    def both(*args: Any, **options: Any) -> tuple[Any, Any]:
        return _value_and_grad("value_and_grad", f, args, argnums, options)

    return both


def _value_and_grad(
    name: str, f: Function, args: Any, argnums: Any, options: Any
) -> tuple[Any, Any]:
    at, xs, out, ys, symbolic = _record(name, f, args, argnums, options, single=True)
    (row,) = _sweep(ys, xs, [[1.0]], symbolic)
    return _results(out, ys, symbolic), fill(at, row)


def vjp(f: Function, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The result of f, and the function that takes adjoints of it to adjoints of the primals.

    The adjoints have the shape of the result; what comes back is a tuple, one for each primal.

    >>> y, pull = vjp(lambda a, b: [a * b, a], 2.0, 3.0)
    >>> y, pull([1.0, 10.0])
    ([6.0, 2.0], (13.0, 2.0))
    """
    _transform("vjp", f)
    at, xs, out, ys, symbolic = _record("vjp", f, primals, tuple(range(len(primals))), {})

    def pull(adjoints: Any) -> tuple[Any, ...]:
        seeds = _alike("vjp: the adjoints", adjoints, "the result", out)
        values = symbolic or _holds_value(seeds) or reach(ys, xs)
        return tuple(fill(at, _sweep(ys, xs, [seeds], values)[0]))

    return _results(out, ys, symbolic), pull


def jvp(f: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """The result of f, and its derivative in the direction of the tangents, by forward mode.

    Primals and tangents are tuples or lists, with one item for each argument of f.

    >>> jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 10.0))
    (6.0, 23.0)
    """
    _transform("jvp", f)
    _tuples("jvp", primals, tangents)
    primals = tuple(primals)
    seeds = _alike("jvp: the tangents", tuple(tangents), "the primals", primals)
    _, xs, out, ys, symbolic = _record("jvp", f, primals, tuple(range(len(primals))), {})
    symbolic = symbolic or _holds_value(seeds)
    (row,) = _sweep(ys, xs, [seeds], symbolic, forward=True)
    return _results(out, ys, symbolic), fill(out, row)


def _tuples(name: str, primals: Any, tangents: Any) -> None:
    for what, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise TypeError(f"{name} expects a tuple of {what}, got {type(given).__name__}")


def _alike(name: str, given: Any, other: str, tree: Any) -> list[Any]:
    """The leaves of what is given, which must have the shape of the tree."""
    found = arranged(given, tree)
    if found is None:
        raise TypeError(f"{name} have not the shape of {other}: {given!r:.60}")
    return [scalar(x) for x in found]


def jacobian(
    f: Function,
    argnums: int | Sequence[int] = 0,
    mode: Literal["forward", "reverse"] | None = None,
) -> Function:
    """All derivatives of a function's numbers by those of its argument, as a function.

    The structure is that of f's result, with the argument's in the place of each number; of two
    arrays it is an array, the axes of the result first.  `mode` is "forward" (one sweep for each
    number of the argument), "reverse" (one for each of the result) or None, the fewer sweeps.

    >>> jacobian(lambda x: [x[0] * x[1], x[0]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 0.0]]
    """
    if mode not in (None, "forward", "reverse"):
        raise ValueError(f'jacobian: mode is {mode!r}, not "forward", "reverse" or None')

    @_transform("jacobian", f)
    def matrix(*args: Any, **options: Any) -> Any:
        at, out, rows = _jacobian("jacobian", f, args, argnums, options, mode)
        return assembled(out, at, rows)

    return matrix


def hessian(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The second derivatives of a function that returns one number: forward over reverse mode.

    The structure is that of the gradient, with the argument's in the place of each number.  The
    matrix is symmetric to the last digit.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """

    @_transform("hessian", f)
    def matrix(*args: Any, **options: Any) -> Any:
        at, out, rows = _jacobian("hessian", grad(f, argnums), args, argnums, options, "forward")
        for i, row in enumerate(rows):
            for j in range(i):
                rows[j][i] = row[j]
        return assembled(out, at, rows)

    return matrix


def hvp(f: Function, primals: Any, tangents: Any) -> Any:
    """The Hessian of f times the tangents, at the cost of a few gradients: forward over reverse.

    Primals and tangents as for `jvp`.  The product has the shape of the primal; of several
    primals it is a tuple.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
    [6.0, 4.0]
    """
    _tuples("hvp", primals, tangents)
    several = len(primals) != 1
    return jvp(grad(f, tuple(range(len(primals))) if several else 0), primals, tangents)[1]


def _jacobian(
    name: str, f: Function, args: Any, argnums: Any, options: Any, mode: str | None
) -> tuple[Any, Any, list[list[Any]]]:
    """The argument, the result, and the matrix with a row for each number of the result."""
    at, xs, out, ys, symbolic = _record(name, f, args, argnums, options)
    forward = mode == "forward" or (mode is None and len(xs) < len(ys))
    count = len(xs if forward else ys)
    seeds = [[float(i == k) for i in range(count)] for k in range(count)]
    rows = _sweep(ys, xs, seeds, symbolic, forward)
    return at, out, [[row[i] for row in rows] for i in range(len(ys))] if forward else rows


def assembled(out: Any, at: Any, rows: list[list[Any]]) -> Any:
    """The matrix in blocks: for each block of the result the argument's, their axes joined."""
    rest = iter(rows)

    def for_result(result: Any) -> Any:
        chosen = list(islice(rest, prod(shape(result))))
        start = 0

        def for_argument(argument: Any) -> Any:
            nonlocal start
            stop = start + prod(shape(argument))
            block = [x for row in chosen for x in row[start:stop]]
            start = stop
            return array(block, shape(result) + shape(argument))

        return map_tree(for_argument, at)

    return map_tree(for_result, out)
