"""Derivatives of graphs as graphs, and of functions as functions, to any order.

A transform calls its function with variables of its own and sweeps what they record.  Invariant: a
variable belongs to one call of one transform, and one that stands for a Value is a node above it,
so that nested calls cannot take each other's derivatives.  The sweep is made in plain numbers,
unless a Value came in or the result depends on a variable of an enclosing call: then by the rules
of the primitives on Values, which records a graph that can be differentiated again.
The variables in use are kept in the context: a thread that a function starts itself inherits them
only through `contextvars.copy_context().run`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from itertools import islice
from math import prod
from typing import Any

from autograd import primitives
from autograd.nested import blocks, fill, is_array, items, map_tree, number, scalar, shape, shaped
from autograd.node import LITERAL, NAN, describe, inputs_first, missing_partial
from autograd.scope import recording, variables
from autograd.sweeps import derivatives
from autograd.value import Value

Function = Callable[..., Any]


def gradients(y: Value, xs: Iterable[Value]) -> list[Value]:
    """d(y)/d(x) for each x, as Values: draw them, differentiate them again.

    They are made of nodes of y's graph, which stays as it is, and of new ones; no `.grad` changes.
    Raises TypeError where something else than Values is given, ValueError where a leaf's number
    was assigned after y was recorded.

    >>> x = Value(3.0, "x")
    >>> (dy,) = gradients(x**3, [x])
    >>> (ddy,) = gradients(dy, [x])
    >>> dy.data, ddy.data
    (27.0, 18.0)
    """
    sources = list(xs) if isinstance(xs, Iterable) else [None]
    if not all(type(v) is Value for v in (y, *sources)):
        raise TypeError("gradients expects a Value and a list of Values, as in gradients(y, [x])")
    return _pull([y], sources, [1.0], ends=[])


# --- sweeps that record ---


def _pull(ys: list[Value], xs: list[Value], seeds: list[Any], ends: list[Value]) -> list[Value]:
    """The adjoints of the xs, as Values, from those of the ys.  What is below the ends is left."""
    order = inputs_first(*ys, ends=ends)
    reaches = _dependents(order, xs)
    adjoints: dict[Value, Any] = {}
    with recording():
        for y, seed in zip(ys, seeds, strict=True):
            adjoints[y] = adjoints[y] + seed if y in adjoints else seed
        for v in reversed(order):
            if v not in adjoints or v not in reaches:
                continue
            for i, x in enumerate(v.inputs):
                if x in reaches:
                    share = _share(v, i, adjoints[v])
                    adjoints[x] = adjoints[x] + share if x in adjoints else share
    return _merged([adjoints.get(x, 0.0) for x in xs], [*ends, *order], seeds)


def _push(ys: list[Value], xs: list[Value], seeds: list[Any]) -> list[Value]:
    """The tangents of the ys, as Values, from those of the xs."""
    order = inputs_first(*ys, ends=xs)
    reaches = _dependents(order, xs)
    tangents: dict[Value, Any] = dict(zip(xs, seeds, strict=True))
    with recording():
        for v in order:
            if v in reaches:
                shares = [_share(v, i, tangents[x]) for i, x in enumerate(v.inputs) if x in reaches]
                tangents[v] = shares[0] + shares[1] if len(shares) == 2 else shares[0]
    return _merged([tangents.get(y, 0.0) for y in ys], [*xs, *order], seeds)


def _merged(found: list[Any], known: list[Value], seeds: list[Any]) -> list[Value]:
    """The numbers found as Values, their new nodes merged where two compute the same thing.

    A rule such as sech(x) sech(x) for tanh records it twice, and each order doubles that.  Each
    result is a node of its own, to be labelled as one likes.
    """
    known = [*known, *[v for v in seeds if type(v) is Value]]
    first: dict[Any, Value] = {}  # by what a node computes
    kept = {v: v for v in known}
    new = inputs_first(*[v for v in found if type(v) is Value], ends=list(kept))
    for v in known + new:
        if v._primitive is None:
            continue
        a, b = kept.get(v._a, v._a), kept.get(v._b, v._b)
        inputs: Any = tuple(x._data if x is not None and x._count == LITERAL else x for x in (a, b))
        if v._primitive is primitives.add or v._primitive is primitives.mul:
            inputs = frozenset(inputs)
        same = first.setdefault((v._primitive, v._data, v._da == v._da, inputs), v)
        if v not in kept:
            kept[v] = same
            v._a, v._b = a, b
    taken = set(known)
    results = []
    with recording():
        for g in found:
            v = kept[g] if type(g) is Value else Value(g)
            results.append(primitives.identity(v) if v in taken else v)
            taken.add(v)
    return results


def _dependents(order: list[Value], xs: list[Value]) -> set[Value]:
    """The xs and all nodes of the order, which has inputs first, that depend on them."""
    found = set(xs)
    for v in order:
        if any(x in found for x in v.inputs):
            found.add(v)
    return found


def _share(v: Value, i: int, weight: Any) -> Any:
    """weight * d(v)/d(input i), by the rule of v's primitive."""
    slope = v.partials[i]
    if slope is None:
        if number(weight) != 0.0:
            raise missing_partial(v, i)
        # 0 here as in a sweep of numbers; but what depends on the weight has no derivative either.
        return weight if type(weight) is not Value else _broken_zero(weight)
    inputs = [x.data if x._count == LITERAL else x for x in v.inputs]
    partial = v._primitive.partials[i](*inputs, v)
    if number(partial) != slope:
        now = ", ".join(describe(x) for x in v.inputs)
        raise ValueError(
            f"a leaf's data was assigned after {v.op}({now}) was recorded: call recompute() first"
        )
    return _times(weight, partial)


def _broken_zero(weight: Value) -> Value:
    """A zero that depends on the weight, but not smoothly: a sweep that gets here raises."""
    zero: Value = weight * 0.0
    zero._da = NAN
    return zero


def _times(a: Any, b: Any) -> Any:
    """a * b.  A plain 0 or 1 records nothing; a minus sign goes outermost, and two cancel."""
    factors, negative = [], False
    for x in (a, b):
        if _is_negated(x) or (type(x) is not Value and x == -1.0):
            x, negative = _negated(x), not negative
        factors.append(x)
    a, b = factors
    if type(a) is not Value and a in (0.0, 1.0):
        a, b = b, a
    product = a * b if type(b) is Value or b not in (0.0, 1.0) else a if b else 0.0
    return _negated(product) if negative else product


def _negated(x: Any) -> Any:
    return x._a if _is_negated(x) else -x


def _is_negated(x: Any) -> bool:
    """Whether x was recorded as -v."""
    if type(x) is not Value or x._primitive is not primitives.mul:
        return False
    return bool(x._b._count == LITERAL and x._b._data == -1.0)


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
        raise TypeError(f"{name}: argnums is {argnums!r}, of {len(args)} positional arguments")
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
            f"{type(out).__name__}: jacobian takes such functions"
        )
    ys = [_output(name, y) for y in items(out)]
    return at, xs, out, ys, symbolic or _reach(ys)


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


def _reach(ys: list[Value]) -> bool:
    """Whether a node of the ys' graph is a variable of an enclosing transform."""
    outer = variables.get()
    if not outer:
        return False
    stack, seen = list(ys), set(ys)
    while stack:
        v = stack.pop()
        if v in outer:
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
        return [list(_push(ys, xs, row)) for row in seeds]
    return [list(_pull(ys, xs, row, ends=xs)) for row in seeds]


def _results(out: Any, ys: list[Value], symbolic: bool) -> Any:
    """What the function returned, as Values or plain numbers."""
    if type(out) is Value and not symbolic:
        return out.data
    return fill(out, ys if symbolic else [y.data for y in ys])


def _transform(name: str, f: Function) -> Callable[[Function], Function]:
    """Decorator for what a transform returns: f's name and signature."""
    if not callable(f):
        raise TypeError(f"{name} expects a function, got {type(f).__name__}: {f!r:.60}")
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


def value_and_grad(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The value and the gradient, in one sweep: `grad` tells of the rest.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (6.0, (3.0, 2.0))
    """

    @_transform("value_and_grad", f)
    def both(*args: Any, **options: Any) -> Any:
        return _value_and_grad("value_and_grad", f, args, argnums, options)

    return both


def _value_and_grad(name: str, f: Function, args: Any, argnums: Any, options: Any) -> Any:
    at, xs, out, ys, symbolic = _record(name, f, args, argnums, options, single=True)
    (row,) = _sweep(ys, xs, [[1.0]], symbolic)
    return _results(out, ys, symbolic), fill(at, row)


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """The result of f, and the function that takes adjoints of it to adjoints of the primals.

    The adjoints have the shape of the result; what comes back is a tuple, one for each primal.

    >>> y, pull = vjp(lambda a, b: [a * b, a], 2.0, 3.0)
    >>> y, pull([1.0, 10.0])
    ([6.0, 2.0], (13.0, 2.0))
    """
    _transform("vjp", f)
    at, xs, out, ys, symbolic = _record("vjp", f, primals, tuple(range(len(primals))), {})

    def pull(adjoints: Any) -> Any:
        seeds = _alike("vjp: the adjoints", adjoints, "the result", out)
        values = symbolic or _holds_value(seeds) or _reach(ys)
        return fill(at, _sweep(ys, xs, [seeds], values)[0])

    return _results(out, ys, symbolic), pull


def jvp(f: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """The result of f, and its derivative in the direction of the tangents, by forward mode.

    Primals and tangents are tuples or lists, with one item for each argument of f.

    >>> jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 10.0))
    (6.0, 23.0)
    """
    _transform("jvp", f)
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise TypeError(f"jvp expects a tuple of {name}, got {type(given).__name__}")
    primals = tuple(primals)
    seeds = _alike("jvp: the tangents", tuple(tangents), "the primals", primals)
    _, xs, out, ys, symbolic = _record("jvp", f, primals, tuple(range(len(primals))), {})
    symbolic = symbolic or _holds_value(seeds)
    (row,) = _sweep(ys, xs, [seeds], symbolic, forward=True)
    return _results(out, ys, symbolic), fill(out, row)


def _alike(name: str, given: Any, other: str, tree: Any) -> list[Any]:
    """The leaves of what is given, which must have the shape of the tree."""
    if map_tree(shape, given) != map_tree(shape, tree):
        raise TypeError(f"{name} have not the shape of {other}: {given!r:.60}")
    return [scalar(x) for x in items(given)]


def jacobian(f: Function, argnums: int | Sequence[int] = 0, mode: str | None = None) -> Function:
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
        return _assembled(out, at, rows)

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
        return _assembled(out, at, rows)

    return matrix


def hvp(f: Function, primals: Any, tangents: Any) -> Any:
    """The Hessian of f times the tangents, at the cost of a few gradients: forward over reverse.

    Primals and tangents as for `jvp`.  The product has the shape of the primal; of several
    primals it is a tuple.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
    [6.0, 4.0]
    """
    several = isinstance(primals, (tuple, list)) and len(primals) != 1
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


def _assembled(out: Any, at: Any, rows: list[list[Any]]) -> Any:
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
            return shaped(block, shape(result) + shape(argument))

        return map_tree(for_argument, at)

    return map_tree(for_result, out)
