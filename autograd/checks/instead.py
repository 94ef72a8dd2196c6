"""Which form to write where digits are lost by cancellation.

Invariant: what is offered equals what was written, for every number; it only keeps the digits.
Source of the forms: Goldberg, "What every computer scientist should know about floating-point
arithmetic" (1991), and Kahan's log1p and expm1.
"""

from collections.abc import Callable, Iterator

from autograd.checks.written import Written, is_negated
from autograd.core.node import inputs_first
from autograd.core.value import Value

LOST = "right formula, digits lost by cancellation"
LOSS = 100.0  # how many times larger than what is left the terms are: two digits are gone
MOST = 3  # forms told of one graph

# What a textbook's form of the derivative of a function loses, and one that does not.
TEXTBOOK = {
    "tanh": ("1/cosh({x})²", "1 − tanh({x})²"),
    "sigmoid": ("sigmoid({x})·sigmoid(−{x})", "y·(1 − y)"),
    "softmax": ("y·(the sum of the other outputs)", "y·(1 − y)"),
    "softmax_cross_entropy": ("−(the sum of the other outputs)", "y − 1"),
    "sigmoid_cross_entropy": ("−sigmoid(−{x})", "y − 1"),
}


def instead(y: Value) -> list[str]:
    """What to write in the graph of y where its numbers lose digits, the worst loss first.

    >>> import autograd as ag
    >>> x = Value(1e-5, "x")
    >>> instead((ag.exp(x) - 1) / x)
    ['write expm1(x) instead of exp(x) − 1']
    """
    written = Written(inputs_first(y), y)
    found: dict[str, float] = {}
    inside: set[Value] = set()  # of a form that was already told
    for v in reversed(written.order):
        for loss, better, worse, parts in _forms(written, v):
            if loss > LOSS and v not in inside:
                inside.update(parts)
                found[f"write {better} instead of {worse}"] = loss
                break
    return sorted(found, key=lambda text: -found[text])[:MOST]


def instead_of_the_textbook(y: Value) -> list[str]:
    """The same for the derivative by hand of a function in the graph of y, where that cancels.

    >>> import autograd as ag
    >>> instead_of_the_textbook(ag.tanh(Value(10.0, "x")))
    ['write 1/cosh(x)² instead of 1 − tanh(x)²']
    """
    written = Written(inputs_first(y), y)
    found: dict[str, None] = {}
    for v in written.order:
        kind, inputs = _read(written, v)
        if kind not in TEXTBOOK:
            continue
        left = 1.0 - v.data * v.data if kind == "tanh" else min(abs(v.data), abs(1.0 - v.data))
        if left * LOSS < 1.0:
            better, worse = TEXTBOOK[kind]
            name = written.name(inputs[0], 16) if len(inputs) == 1 else "x"
            found[f"write {better} instead of {worse}".format(x=name)] = None
    return list(found)[:MOST]


Form = tuple[float, str, str, tuple[Value, ...]]  # loss, better, written, what it consists of


def _forms(written: Written, v: Value) -> Iterator[Form]:
    """The better forms for what v is, with the digits lost in it."""
    name: Callable[[Value], str] = written.name
    kind, inputs = _read(written, v)
    if kind == "log" and len(inputs) == 1:
        yield from _of_log(written, v, inputs[0])
    for a, b in _differences(v):
        loss = (abs(a.data) + abs(b.data)) / (abs(v.data) or 1e-300)
        parts = (a, b)
        (f, fx), (g, gx) = _read(written, a), _read(written, b)
        one_before, one_after = _is_one(a), _is_one(b)
        squares = _squared(a), _squared(b)
        if f == "exp" and one_after:
            yield loss, f"expm1({name(fx[0])})", f"{name(a)} − 1", parts
        if one_before and g in BETTER and len(gx) == 1:
            better = BETTER[g].format(x=name(gx[0]))
            yield loss, better, f"1 − {g}({name(gx[0])})", parts
        if one_after and f in BETTER and f != "exp" and len(fx) == 1:
            better = BETTER[f].format(x=name(fx[0]))
            yield loss, f"−{better}", f"{f}({name(fx[0])}) − 1", parts
        if one_before and squares[1] is not None:
            h, hx = _read(written, squares[1])
            if h in OF_SQUARES and len(hx) == 1:
                better = OF_SQUARES[h].format(x=name(hx[0]))
                yield loss, better, f"1 − {h}({name(hx[0])})²", parts
        if squares[0] is not None or squares[1] is not None:
            p, q = (name(s) if s is not None else "1" for s in squares)
            known = all(s is not None or _is_one(x) for s, x in zip(squares, (a, b), strict=True))
            if known:
                yield loss, f"({p} − {q})·({p} + {q})", f"{name(a)} − {name(b)}", parts
        if f == g == "sqrt":
            p, q = name(fx[0]), name(gx[0])
            q = f"({q})" if " " in q else q
            better = f"({p} − {q})/({name(a)} + {name(b)})"
            yield loss, better, f"{name(a)} − {name(b)}", parts
        if f == g == "log":
            yield loss, f"log({name(fx[0])}/{name(gx[0])})", f"{name(a)} − {name(b)}", parts
        if f == g == "reciprocal":
            p, q = name(fx[0]), name(gx[0])
            yield loss, f"({q} − {p})/({p}·{q})", f"1/{p} − 1/{q}", parts


BETTER = {  # of 1 - f(x)
    "exp": "−expm1({x})",
    "sigmoid": "sigmoid(−{x})",
    "cos": "2·sin({x}/2)²",
    "erf": "erfc({x})",
}
OF_SQUARES = {  # of 1 - f(x)²
    "tanh": "1/cosh({x})²",
    "cos": "sin({x})²",
    "sin": "cos({x})²",
}


def _of_log(written: Written, v: Value, x: Value) -> Iterator[Form]:
    """log of 1 + x, of a sigmoid, of softmax, of a sum of exponentials."""
    name = written.name
    kind, inputs = _read(written, x)
    if kind == "sigmoid" and abs(v.data) * LOSS < 1.0:
        better = f"−softplus(−{name(inputs[0])})"
        yield 1.0 / (abs(v.data) or 1e-300), better, f"log({name(x)})", (x,)
    for a, b in _differences(x):
        g, gx = _read(written, b)
        loss = (abs(a.data) + abs(b.data)) / (abs(x.data) or 1e-300)
        if _is_one(a) and g == "sigmoid":
            yield loss, f"−softplus({name(gx[0])})", f"log(1 − sigmoid({name(gx[0])}))", (x,)
    if x.op == "add" and x not in written.inside:
        for one, u in (x.inputs, x.inputs[::-1]):
            loss = 1.0 / (abs(u.data) or 1e-300)
            e, ex = _read(written, u)
            if _is_one(one) and e == "exp":
                yield loss, f"softplus({name(ex[0])})", f"log(1 + {name(u)})", (x,)
            if _is_one(one):
                yield loss, f"log1p({name(u)})", f"log(1 + {name(u)})", (x,)


def _read(written: Written, v: Value) -> tuple[str, list[Value]]:
    """The function that v is of, and its inputs."""
    if v in written.inside and written.inside[v][0] != "sub":
        kind, inputs, _ = written.inside[v]
        return kind, inputs
    return v.op or "", list(v.inputs)


def _differences(v: Value) -> Iterator[tuple[Value, Value]]:
    """a and b where v is a - b; of a sum with a negative literal, that number turned round."""
    if v.op == "add":
        for a, b in (v.inputs, v.inputs[::-1]):
            if is_negated(b):
                yield a, b.inputs[0]
            elif b.is_literal and b.data < 0.0:
                yield a, Value(-b.data)


def _squared(v: Value) -> Value | None:
    """What v is the square of."""
    if v.op == "power" and v.inputs[1].is_literal and v.inputs[1].data == 2.0:
        return v.inputs[0]
    if v.op != "mul":
        return None
    a, b = v.inputs
    return a if a is b or (a.op is not None and (a.op, a.inputs) == (b.op, b.inputs)) else None


def _is_one(v: Value) -> bool:
    return v.op is None and v.label is None and v.data == 1.0
