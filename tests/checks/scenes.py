"""What is kept of this room's outcomes: scenes, each as lines of text (`test_kept.py` compares).

Numbers have six digits, so that the last ones of a machine's libm do not show; those of estimates
come from the four operations alone, and have more.
"""

import math
import re
from collections import Counter
from functools import partial
from xml.etree import ElementTree

import mistakes
import pytest

import autograd as ag
from autograd.checks import forms, judgement, quiz
from autograd.checks.engine import check_engine
from autograd.checks.local import local
from autograd.checks.numerical import EPS, derivative
from autograd.checks.region import Region
from autograd.checks.rounding import adjoints
from autograd.checks.shares import Shares
from autograd.checks.slips import candidates
from autograd.checks.written import Written
from autograd.core.node import inputs_first
from autograd.core.primitives import Primitive


def short(x):
    return f"{x + 0.0:.6g}" if abs(x) > 1e-12 else "0"


def written(y, given=(), level=0):
    return Written(inputs_first(y), y, given, level)


# --- rules: the slips in one local derivative, at several points ---

POINTS = [(0.37, 2.5), (1.83, 3.0), (-0.62, 2.0)]  # the input, the other one


ANYWHERE = {"counted twice", "the reciprocal"}  # told of one rule alone


def operation(kind):
    return {"divide": lambda a, b: a / b, "absolute": abs}.get(kind) or getattr(ag, kind)


def rule(kind, slot):
    """A line for each slip: cost, words, and the numbers at the points where there are any."""
    two = kind in ("divide", "power", "maximum", "minimum", "hypot")
    rows, others = {}, []
    at_0 = [(0.0, 1.5)] * (kind in ("relu", "absolute", "leaky_relu", "elu", "maximum"))
    for place, (number, other) in enumerate(POINTS + at_0):
        x, o = ag.Value(number, "x"), ag.Value(other, "o")
        try:
            y = operation(kind)(*([x, o] if slot == 0 else [o, x])[: 1 + two])
        except ValueError:
            continue
        graph = written(y)
        (edge,) = [e for e in graph.uses.get(x, ()) if e.slot == slot]
        seen = Counter()
        for slip in local(graph, edge):
            if slip.kind.startswith("the derivative of ") and " for that of " in slip.kind:
                name = slip.kind.removeprefix("the derivative of ").partition(" for that")[0]
                others.append(f"{name} {slip.cost:g} {short(slip.number)}")
                continue
            key = slip.kind, slip.detail if slip.general else ""
            seen[key] += 1
            row = rows.setdefault((*key, seen[key]), [f"{slip.cost:g} {slip.kind}: {slip.detail}"])
            row += ["–"] * (place + 1 - len(row)) + [short(slip.number)]
    for key, row in rows.items():
        if kind == "tanh" or key[0] not in ANYWHERE:
            yield " | ".join(row)
    if kind in ("tanh", "cos"):
        yield "the derivative of another: " + ", ".join(others)


# --- slips: of every kind how many at a node, their costs and their numbers added up ---


def leaves():
    return [ag.Value(x, name) for x, name in zip((1.7, 0.6, 2.3), "abc", strict=True)]


def labelled(v, name):
    v.label = name
    return v


def neurons(a, b, c):
    xs, ws = ag.values([0.5, -1.5], "x"), ag.values([[0.2, 0.7], [-0.4, 0.9]], "w")
    hidden = [labelled(ag.tanh(ag.dot(xs, row) + b), f"h[{i}]") for i, row in enumerate(ws)]
    return ag.sum_of_squares_error([h * a for h in hidden], [0.3, 0.1])


GRAPHS = {
    "price": lambda a, b, c: labelled(a * b, "fruit") * c,
    "polynomial": lambda a, b, c: a * a + 3 * a * b + a**3 - 4,
    "quotient": lambda a, b, c: (a * b + 2) / (c + a * a),
    "product": lambda a, b, c: ag.sin(a) * ag.exp(a * b) + c * (a + b) * (2 * b),
    "reciprocal": lambda a, b, c: 1 / (a * b + c) + 2**a,
    "mean": lambda a, b, c: ag.mean([a * b, ag.sin(a), c - b]) * a,
    "errors": lambda a, b, c: ag.mean_squared_error([a * x + b for x in (0.5, -1.2)], [1.0, 0.2]),
    "sigmoids": lambda a, b, c: ag.sigmoid(labelled(ag.sigmoid(a * b), "h") * c) ** 2 + b,
    "softmax": lambda a, b, c: ag.cross_entropy_error(ag.softmax([a * b, b, c]), 1),
    "scores": lambda a, b, c: ag.softmax_cross_entropy([[a * b, b, c], [c, a, 0.3]], [2, 0]),
    "gates": lambda a, b, c: ag.maximum(a * b, c * 0.2) * ag.relu(a - b) + ag.leaky_relu(-c),
    "neurons": neurons,
    "cells": lambda a, b, c: ag.tanh(a) * ag.tanh(b * c) / ag.sin(c) - ag.sin(b),
    "levels": lambda a, b, c: ag.silu(a * b) * c + ag.gelu(b) - ag.softplus(-a),
    "scores of a softmax": lambda a, b, c: ag.dot(ag.softmax([a, b * a, c]), [a, c, 2.0]),
    "sum": lambda a, b, c: a + b,
    "ten paths": lambda a, b, c: ag.sum([a * (2.0 + i) for i in range(10)]),
    "eleven paths": lambda a, b, c: ag.sum([a * (2.0 + i) for i in range(11)]),
    "minus": lambda a, b, c: ag.exp(b - a * 1.0) * c,
    "one row": lambda a, b, c: ag.softmax_cross_entropy([a * b, b, c], 1),
    "two softmaxes": lambda a, b, c: (
        ag.dot(ag.softmax([a, b]), [c, 1.5]) * ag.softmax([a * a, c])[0]
    ),
    "a mean of one": lambda a, b, c: ag.mean([a * b]) + labelled(a + b, "s") * c,
    "two rows": lambda a, b, c: ag.softmax_cross_entropy([[a, b, 0.5], [0.2, c, a * b]], [0, 1]),
    "saturated": lambda a, b, c: (
        ag.softmax_cross_entropy([a * 1e3, b, c], 1)
        + ag.dot(ag.softmax([a * 1e3, b, c]), [a, 2, 3])
    ),
    "means by hand": lambda a, b, c: (a * b + c) * 0.25 + (b + a) / 1.0 + (a + c) / 5,
    "many factors": lambda a, b, c: a * (b * c * (b + 2.0) * (c + 1.0) * (b - 3.0) * (c * 1.5)),
    "twins": lambda a, b, c: ag.sin(a * b) * ag.sin(b + c),
    "equal above": lambda a, b, c: a * b + a * c,
    "equal beside": lambda a, b, c: a * b * 2 + a * b,
    "nothing": lambda a, b, c: ag.softmax([a, b, c])[0] * 0.0 + ag.sigmoid(a) * 0.0 + b,
    "batch": lambda a, b, c: ag.binary_cross_entropy([ag.sigmoid(a * b), ag.sigmoid(c)], [1, 0]),
}
ANY = r"(?<=^a factor )[^,]+(?= too| forgotten)|(?<=^the derivative of )\S+(?= for)"
# What there is at every node, and so is told of the first graphs alone.
EVERYWHERE = (
    "a factor …|the derivative of …|another node's (value|gradient) as|the value of another|"
)
EVERYWHERE += "the (reciprocal|gradient (times|divided)|node's own)|counted twice|zero|an exponent|"
EVERYWHERE += "added|integrated|½"
BROKEN = {"price": "fruit", "sigmoids": "h", "neurons": "h[0]"}  # given wrong, above the leaves


def kinds(name, which):
    """How many slips of each kind there are at a node; their costs, and their numbers, added.

    The node is the leaf a, or another: one on the way, or a leaf below a number given wrong.
    """
    a, b, c = leaves()
    y = GRAPHS[name](a, b, c)
    order = inputs_first(y)
    graph, given, v = written(y), {}, a
    if which == "given":
        above = next(u for u in order if u.label == BROKEN[name])
        graph, given, v = written(y, [above]), {above: -1.3}, b
    if which.startswith("at "):
        v = next(u for u in order if u.label == which[3:])
    if which == "with a = 0":
        a.data = 0.0
        y.recompute()
        graph = written(y)
    if which == "inside":
        v = next(u for u in graph.order if u.op is not None and u in graph.uses)
    yield f"at {graph.name(v)}"
    found = {}
    for slip in candidates(Region(graph, given, v)):
        found.setdefault(re.sub(ANY, "…", slip.kind), []).append(slip)
    brief = which or name not in list(GRAPHS)[:9]
    for kind, slips in found.items():
        if brief and re.match(EVERYWHERE, kind):
            continue
        numbers = [slip.number for slip in slips if math.isfinite(slip.number)]
        cost = math.fsum(slip.cost for slip in slips)
        yield f"{len(slips)} {cost:.5g} {short(math.fsum(numbers))} {kind}"


PLACES = [  # at other leaves than a, or where that is 0
    *(("scores", "at c"), ("softmax", "at b"), ("quotient", "at c"), ("one row", "at b")),
    *(("one row", "at c"), ("neurons", "at x[0]"), ("batch", "at c"), ("two softmaxes", "at c")),
    *(("a mean of one", "at c"), ("polynomial", "with a = 0"), ("neurons", "with a = 0")),
    *(("softmax", "with a = 0"), ("saturated", "at b"), ("saturated", "at c")),
]


def texts():
    """The words of the first slip of each kind, where names are long."""
    x = ag.Value(0.5, "the number of the day")
    w = ag.Value(0.25, "the weight of the evidence")
    h = labelled(ag.sigmoid(x * w + x), "what is hidden from everybody")
    y = ag.mean([labelled(ag.tanh(h) * x, "what comes out in the end"), w / (x + 2.0)])
    seen = {}
    for slip in candidates(Region(written(y), {}, x)):
        seen.setdefault(re.sub(ANY, "…", slip.kind), slip.text)
    yield from seen.values()


def own_rule():
    """Slips in the rule of a primitive of one's own, which the tables do not know."""
    curve = Primitive("curve", "x³", lambda x: x * x * x, lambda x, y: 3.0 * y / x)
    both = Primitive(
        "both", "ab²", lambda a, b: a * b * b, lambda a, b, y: y / a, lambda a, b, y: 2.0 * y / b
    )
    x, w = ag.Value(0.5, "x"), ag.Value(3.0, "w")
    graph = written(curve(x * w) * both(x + w, w))
    for into in graph.into.values():
        for e in into:
            if e.kind in ("curve", "both"):
                slips = [s for s in local(graph, e) if not s.kind.startswith("the derivative of")]
                yield from (f"{s.cost:g} {s.kind}: {s.detail} {short(s.number)}" for s in slips)


def terms(name):
    """Gradients, and the sizes of the terms that they are sums of, with steps open and closed."""
    y = GRAPHS[name](*leaves()) if name in GRAPHS else CANCELLED[name]()
    for given in (None, ()):
        found = adjoints(y, given)
        yield ", ".join(f"{short(d)} of {size:.4g}" for d, size in found.values())


SIZED = ["quotient", "product", "sigmoids", "scores", "gates", "cells"]


def x_at(number):
    return ag.Value(number, "x")


CANCELLED = {  # numbers that are left of larger ones
    "sine": lambda: ag.sin(x_at(22.0) * 1.0) + ag.sin(22.0 + x_at(0.5)),
    "cosine": lambda: ag.cos(ag.sin(x_at(3.25))) * ag.cos(x_at(0.0)),
    "difference": lambda: (x_at(3.0) * 100.0 - 299.0) ** 2 * (x_at(0.3) - 0.25) ** 3,
    "products": lambda: (x_at(3.0) + 1e6) * (x_at(2.5) - 1e6) + 2.0 * (3.0 * x_at(7.0)),
    "literals": lambda: (2.5 * x_at(4.0)) ** 2.5 / (x_at(5.0) + 0.125) + 3.0 ** x_at(2.0),
    "functions": lambda: ag.log(x_at(1.001)) * ag.sqrt(x_at(1e-4)) / ag.tan(x_at(1.5)),
    "kinks": lambda: ag.relu(x_at(0.5) - 0.4) * abs(x_at(-2.0)) + ag.maximum(x_at(1.0), x_at(2.0)),
    "flat": lambda: ag.expm1(x_at(-20.0)) * ag.tanh(x_at(9.0)) + ag.log1p(x_at(1e-9)),
    "sigmoids": lambda: ag.sigmoid(x_at(20.0)) + ag.softmax([x_at(9.0), x_at(1.0)])[0],
    "large": lambda: ag.exp(x_at(300.0)) * ag.exp(x_at(300.0) - 1.0) * 1e30,
}


def share_slips(name):
    """What may go wrong in each share of a gradient, in the whole, and in a number alone."""
    y = GRAPHS[name](*leaves())
    shares = Shares(y)
    for v in shares.written.order:
        for e in shares.written.uses.get(v, ())[:1]:
            number = shares.found[e.consumer][0] * e.partial
            told = shares.wrong(number, e.consumer, v, e.kind, e.slot, e.partial)
            yield f"{shares.written.name(v)}, share {short(number)}: {len(told)}"
            yield from (f"  {short(number)} {text}" for text, number in told[:4])
    told = shares.wrong(shares.found[v][0], None, v)
    yield f"{shares.written.name(v)}: {len(told)}"
    yield from (f"  {short(number)} {text}" for text, number in told[:7])
    yield f"{shares.wrong(0.5)} {shares.wrong(0.0)} {shares.wrong(2.0, y, v, '', 0, None)}"
    yield f"{[shares.rounded(v, by * shares.found[v][1]) != 0.0 for by in (1.4e-14, 1.5e-14)]}"


# --- reports: what is said of planted mistakes ---


def said(y, given, **options):
    """The lines of the account, without a picture."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ag.GradientMismatch) as caught:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)
        ag.assert_gradients(y, given, **options)
    return [line for line in str(caught.value).splitlines() if not line.endswith("path by path:")]


def mistake(case):
    """The account of one of the table's wrong derivations, numbers in six digits."""
    _, _, graph, only_leaves, order, given, _ = case
    for s in () if only_leaves else order:
        s.node.label = s.name
    hand = {s.node: float(f"{g:.9e}") for s, g in given.items()}
    yield graph
    yield from (plain(line) for line in said(order[-1].node, hand))


def planted(name):
    """Of the number of each fifth kind of slip: what is offered, the likeliest first."""
    y = GRAPHS[name](*leaves())
    graph, seen = written(y), {}
    v = next(v for v in graph.order if v.label == "a")
    for slip in candidates(Region(graph, {}, v)):
        if math.isfinite(slip.number):
            seen.setdefault(re.sub(ANY, "…", slip.kind), slip)
    for slip in list(seen.values())[len(name) % 5 :: 5]:
        try:
            lines = said(y, {v: slip.number}, slips=9)
        except pytest.fail.Exception:  # the right number
            continue
        told = [line.partition(": ")[2] for line in lines if line.startswith("likely slip")]
        yield f"{short(slip.number)}: {' | '.join(told)}"


def long_names():
    """Slips whose words would be wider than a page."""
    x = ag.Value(0.5, "the number of the day")
    w = ag.Value(0.25, "the weight of the evidence")
    h = labelled(ag.sigmoid(x * w), "what is hidden from everybody")
    y = labelled(ag.tanh(h) * h, "what comes out in the end")
    slope = ag.gradients(y, [h])[0].data
    for wrong in (slope + 1.0, -slope, h.data, slope - 2.0 * h.data * (1.0 - y.data**2)):
        yield from map(plain, said(y, {h: wrong}, slips="all"))
    graph = written(y)
    for v in (x, w):
        slips = {slip.text: slip for slip in candidates(Region(graph, {}, v))}
        for slip in sorted(slips.values(), key=lambda slip: -len(slip.text))[:60:6]:
            yield from (plain(line) for line in said(y, {v: slip.number})[3:])


def everywhere():
    """All slips that explain a number that is to be had at many places."""
    x = ag.Value(1.5, "x")
    y = ag.sum([labelled(x * 2.0, f"t{i}") for i in range(6)])
    yield from said(y, {x: 10.0}, slips="all")
    yield from said(y, {x: 24.0}, slips="all")


def wide():
    """An account whose numbers leave little room for names."""
    x = ag.Value(-1.23456789012e-101, "a leaf with a long name of its own")
    w = ag.Value(-9.87654321098e-102, "another leaf with a longer name")
    y = labelled(x * w, "a product with a name that is long") * -1.11111111111e150
    yield from said(y, {x: 1.5})
    yield from said(labelled(y * y + x, "the output of it all, with its name"), {x: 1.5, y: 2.0})


COINCIDENCES = [  # numbers that several slips lead to, told apart by how likely each is
    ("quotient", "a", -0.15776849173),
    ("reciprocal", "c", 0.00823090644104),
    ("softmax", "c", 1.36918702496),
    ("levels", "c", 2.14740933939),
    ("equal above", "c", 6.647),
    ("scores", "b", 0.330627492094),
    ("batch", "c", 2.71959162475),
    ("batch", "b", 0.101496110783),
    ("scores", "a", 0.162934607959),
    ("softmax", "c", 1.68459351248),
    ("errors", "a", 4.386),
    ("errors", "a", 2.468),
]


def coincidence(name, leaf, number):
    """What is offered for a number alone, and beside a right and a wrong one at other leaves."""
    for beside in (False, True):
        y = GRAPHS[name](*leaves())
        named = {v.label: v for v in inputs_first(y) if v.op is None and v.label}
        others = [v for label, v in named.items() if label != leaf] if beside else []
        slopes = ag.gradients(y, others) if others else []
        given = {v: g.data for v, g in zip(others, slopes, strict=True)}
        if len(others) > 1:
            given[others[-1]] *= 2.0
        for line in said(y, {named[leaf]: number, **given}, slips=9):
            if line.startswith("likely slip"):
                yield plain(line)


TOGETHER = [  # numbers of all leaves that one slip leads to, or that one of them contradicts
    ("quotient", {"a": -0.340583826166, "b": 0.327552986513, "c": -0.112117195882}),
    ("softmax", {"b": 0.0689544795504, "a": -0.0142829939689, "c": -0.0856179725141}),
    ("scores", {"a": 0.762934607959, "b": 1.7625319777, "c": -0.360817031363}),
    ("mean", {"a": 1.70837710919, "b": 0.7, "c": 1.0}),
    ("equal above", {"a": 2.6, "b": 1.7, "c": 1.7}),
    ("product", {"a": 7.01705464238, "b": 26.4140356381, "c": 2.76}),
    ("batch", {"a": -0.429895782299, "b": -2.4360760997, "c": 2.45711955884}),
    ("neurons", {
        "x[0]": -0.339847587476, "w[0,0]": -0.657212527944, "x[1]": -0.746931742451,
        "w[0,1]": 1.97163758383, "b": -2.24403723028, "a": 0.108319362089,
        "w[1,0]": 0.0962032203726, "w[1,1]": -0.288609661118,
    }),
]  # fmt: skip


def together(name, given):
    y = GRAPHS[name](*leaves())
    named = {v.label: v for v in inputs_first(y) if v.label}
    yield from map(plain, said(y, {named[label]: g for label, g in given.items()}, slips=9))


# --- estimates: of functions made of + − × ÷ and √, whose bits are the same everywhere ---


def bent(x, at=0.0):
    return abs(x - at)


def logistic(x, times=6):
    for _ in range(times):
        x = 3.9 * x * (1.0 - x)
    return x


def expanded(x):  # (x - 1)⁷, with the rounding of its terms
    y = 1.0
    for c in (-7.0, 21.0, -35.0, 35.0, -21.0, 7.0, -1.0):
        y = y * x + c
    return y


def folded(x):  # Takagi's function: in folds at every scale
    return math.fsum(abs((2.0**k * x + 0.5) % 1.0 - 0.5) / 2.0**k for k in range(40))


def mixed(a, b, c, d, k, e, g, height, s, q):
    """A parabola with a bend at c, a sawtooth, a jump at g, on a height, and a pole at q."""
    return lambda x: (
        height + a * x * x + b * abs(x - c) + d * ((k * x) % 1.0) + e * (x > g) + s / (x - q)
    )


def rough(x, by=1e-7):  # with an error that jumps about
    return x * x + by * ((x * 123456.789) % 1.0)


ESTIMATES = {  # what it is: the function, the points
    "a line": (lambda x: 3.0 * x - 7.0, (0.0, 1.0, -1e8)),
    "a constant": (lambda x: 2.5, (0.0, 1e8)),
    "a square": (lambda x: x * x, (0.0, 1.3, -2.0, 1e-8, 1e8)),
    "a cube": (lambda x: x * x * x, (0.0, 0.5, 1e-3)),
    "a cube on a line": (lambda x: x * x * x + 1e-9 * x, (0.0,)),
    "a square on a height": (lambda x: 1e6 + x * x, (0.0, 1.0, 1e-3)),
    "a slope on a height": (lambda x: 1e10 + x, (0.3, 5.0)),
    "one over": (lambda x: 1.0 / x, (0.7, -3.0, 1e-8)),
    "a pole of second order": (lambda x: 1.0 / (x * x), (1e-6, -1e-3, 2.0)),
    "a pole within the first step": (lambda x: 1.0 / (x - 0.05), (0.0, 0.04, 0.05000001)),
    "two poles": (lambda x: 1.0 / (x - 1.0) + 1.0 / (x - 1.001), (1.0005, 1.002)),
    "poles of one sign": (lambda x: 1.0 / abs(x - 0.05) + x, (0.0, 0.049)),
    "a peak": (lambda x: 1.0 / (1.0 + 1e6 * (x - 0.3) * (x - 0.3)), (0.3, 0.301, 0.5)),
    "a bump": (lambda x: x / (1.0 + x * x), (0.3, -5.0)),
    "a root": (lambda x: math.sqrt(x), (0.25, 2.0, 1e-8, 1e-12)),
    "a root's edge": (lambda x: x * math.sqrt(x), (0.0, 1e-9)),
    "an edge on the right": (
        lambda x: 3.0 * x + (2.0 - x) * (2.0 - x) * math.sqrt(2.0 - x),
        (2.0,),
    ),
    "beside an edge": (lambda x: math.sqrt(1.0 - x * x), (1.0 - 1e-9, 1.0)),
    "no derivative at the edge": (lambda x: math.sqrt(x), (0.0,)),
    "defined at one point": (lambda x: math.sqrt(-x * x), (0.0,)),
    "a bend": (bent, (0.0, 1e-15, 1e-9, 2e-9, 2.4e-9, 2.6e-9, 4e-9, 1e-8, 1e-3, -0.5)),
    "a small bend": (lambda x: 1e-6 * bent(x) + x, (0.0, 1e-9)),
    "a bend on a parabola": (lambda x: bent(x, 1000.0) + x * x, (1000.0, 1001.0)),
    "a gate": (lambda x: max(x - 0.3, 0.0), (0.3, 0.3 + 1e-12, 0.31)),
    "two slopes": (lambda x: x if x > 2.0 else 2.0 * x - 2.0, (2.0, 2.0 + 1e-9)),
    "many bends": (lambda x: abs((8.0 * x) % 2.0 - 1.0), (0.1, 0.125, 0.3)),
    "x |x|": (lambda x: x * abs(x), (0.0, 1e-3)),
    "a cusp": (lambda x: math.sqrt(abs(x)), (0.0, 1e-3)),
    "a cusp's power": (lambda x: abs(x) * math.sqrt(abs(x)), (0.0,)),
    "a jump": (lambda x: x + 1e-6 * (x > 1.0), (1.0, 1.0 + 1e-9, 1.1)),
    "a jump to the left": (lambda x: x * x - 1e-6 * (x >= 2.0), (2.0,)),
    "a small jump": (lambda x: x + 1e-9 * (x > 1.0), (1.0,)),
    "a tiny jump": (lambda x: x + 1e-13 * (x > 1.0), (1.0,)),
    "a jump that is taken back": (lambda x: 1e-6 * (x > 0.0) - 100.0 * max(x, 0.0), (0.0,)),
    "what cancels below the last digit": (
        lambda x: (1.0 + x) / (1.0 - x) - (1.0 - x) / (1.0 + x),
        (0.0,),
    ),
    "a line of squares": (lambda x: (1.0 + x) * (1.0 + x) - (1.0 - x) * (1.0 - x), (0.0,)),
    "a line of large squares": (lambda x: (1e3 + x) * (1e3 + x) - (1e3 - x) * (1e3 - x), (0.0,)),
    "a jump on a steep parabola": (
        lambda x: 1.0 * (x > 0.0) + 9.775e11 * x * x,
        (0.0,),
    ),
    "stairs beside an edge": (
        lambda x: math.floor(100.0 * x) / 100.0 + 0.0 * math.sqrt(0.32 - x),
        (0.305,),
    ),
    "folds": (folded, (0.3, 0.1)),
    "far away": (mixed(-0.25, -6.8, 1.0, 0.0, 0.33, -960.0, 1.0, 0.0, 730.0, -96998.983), (1.0,)),
    "on a high": (mixed(0.0021, 0.0, -1.5, 0.0, 0.074, 0.0, -1.5, 5.8e4, 0.0, -1.483), (-1.5,)),
    "a faint tooth": (
        mixed(-0.83, 5.9e-7, 0.0, 4.7e-5, 3.1e-6, 0.0, 0.0, 9.2e-5, 0.0, -1.283),
        (0.0,),
    ),
    "fine teeth": (
        mixed(-0.021, 0.0, -1.5, -2.6e-6, 7.1e6, 4.8e-7, -1.5, 0.0, 4.8e-7, -1.483),
        (-1.5,),
    ),
    "a tooth's edge": (
        mixed(-8e-6, 0.0, -8.6, -7.3e-4, 409.99999999999994, 0.0, 1.0, 0.0, 0.0, 1.0122),
        (1.0,),
    ),
    "long teeth": (
        mixed(-1.6e-5, 9.6e-9, 0.001, -510.0, 0.061, 0.0, 3.6e-4, 0.0, 0.0, -7.5e4),
        (0.001,),
    ),
    "large teeth": (mixed(0.0, 1.5e-12, 0.3, 2.2e6, 56.0, 7.1, 90.3, 0.0, 0.0, 0.302), (0.3,)),
    "beside a pole": (
        mixed(-0.0075, 0.0, 0.0, 0.0, 93.0, 2.8, 0.0, 0.0, 5.7e6, 0.0170006),
        (0.0,),
    ),
    "a small jump's place": (
        mixed(0.0, 0.0, 2.0, 0.0, 4.8e4, 5.7e-7, 2.0, 0.0, 0.0, 10.417),
        (2.0,),
    ),
    "a jump in a slope": (lambda x: 100.0 * x + 1e-5 * (x > 0.5), (0.5,)),
    "stairs": (lambda x: math.floor(100.0 * x) / 100.0, (0.305, 0.301, 0.3)),
    "fine stairs": (lambda x: (x + 1e12) - 1e12, (0.3, 1.0)),
    "finer stairs": (lambda x: (x + 1e8) - 1e8, (0.3, 5.0)),
    "a square on stairs": (lambda x: ((x + 1e12) - 1e12) * ((x + 1e12) - 1e12), (0.3, 1.0)),
    "stairs in the last digits": (lambda x: 1.0 + 5.0 * EPS * math.floor(100.0 * x), (0.005, 1.0)),
    "stairs in the last digit": (lambda x: 1.0 + 4.0 * EPS * math.floor(100.0 * x), (0.005,)),
    "broken powers at an edge": (lambda x: math.sqrt(x * math.sqrt(x * math.sqrt(x))), (0.0,)),
    "higher ones": (lambda x: math.sqrt(x * math.sqrt(x * math.sqrt(x * math.sqrt(x)))), (0.0,)),
    "one step": (lambda x: 0.2 * (x > 0.02), (0.0, 0.01)),
    "a flat place": (lambda x: max(x, 0.03), (0.0, 0.029, 0.05)),
    "rounding": (expanded, (1.01, 1.1, 0.9, 2.0)),
    "an error": (rough, (0.5, 2.0, 1000.0)),
    "a small error": (lambda x: rough(x, 1e-11), (0.5, 3.0)),
    "a large error": (lambda x: rough(x, 1e-3), (0.5,)),
    "an error at an edge": (lambda x: rough(x) + 0.0 * math.sqrt(1.0 - x), (1.0 - 1e-3,)),
    "an error on a line": (lambda x: 5.0 * x + 1e-8 * ((x * 98765.4321) % 1.0), (0.5, 7.0)),
    "chaos": (logistic, (0.2, 0.37)),
    "more chaos": (lambda x: logistic(x, 12), (0.2, 0.37)),
    "wild on a slope": (lambda x: 3e5 * x + 40.0 * ((1e5 * x * x) % 1.0), (0.3001, 2.0)),
    "wild": (lambda x: (1e5 * x * x) % 1.0, (0.3, 0.3001, 1.42)),
    "waves": (lambda x: (50.0 * x) % 1.0 * (1.0 - (50.0 * x) % 1.0), (0.013, 0.3)),
    "too large": (lambda x: 1e308 * x * x, (1.1, 1.3)),
    "an error of an error": (lambda x: rough(rough(x), 1e-7), (0.5, 1.7)),
    "huge": (lambda x: 1e300 * x * x, (1.0,)),
    "tiny": (lambda x: 1e-30 * x * x + 1e-31 * x, (1.0, 0.0)),
    "a square's bottom": (lambda x: (x - 0.3) * (x - 0.3), (0.3, 0.1 + 0.2)),
}
KNOWN_NOISE = {
    "a square": 1e-6,
    "a bend": 1e-3,
    "one over": 1e-9,
    "a small jump": 1e-8,
    "a small jump's place": 1e-3,
    "a constant": 1e-6,
}


def estimate(name, noise):
    """Estimate and verdict at each point, and where the function was called."""
    f, points = ESTIMATES[name]
    for x in points:
        places = []

        def watched(at, places=places):
            places.append(at)
            return f(at)

        try:
            d = derivative(watched, x, KNOWN_NOISE[name] if noise else None)
        except ValueError as error:
            said = str(error)
        else:
            said = f"{d.value:.13g} ± {d.error:.3g} slope {d.slope:.6g} {d.verdict}"
            if d.kink:
                said += f", from {d.low:.9g} to {d.high:.9g}"
        far = [abs(at - x) for at in places if at != x]
        nearest, all_together = min(far, default=0.0), math.fsum(far)
        yield f"{x!r}: {said}; {len(places)} calls {nearest:.4g} {all_together:.13g}"


# --- engines: what is said of classes with one bug each ---


def engine(where="", bug=""):
    """A class after micrograd's, with this bug in the operation named by its method."""

    class Engine:
        def __init__(self, data, parents=()):
            self.data, self.grad, self._prev = data, 0.0, tuple(parents)
            self._backward = lambda: None

        def backward(self):
            order, seen, stack = [], set(), [(self, False)]
            while stack:
                v, done = stack.pop()
                if done:
                    order.append(v)
                elif v not in seen:
                    seen.add(v)
                    stack.append((v, True))
                    stack += [(x, False) for x in v._prev]
            for v in order if bug != "an earlier sweep" else ():
                v.grad = v.grad if not v._prev else 0.0
            self.grad = 1.0 if bug != "the seed" else 2.0
            for v in reversed(order):
                v._backward()

    def method(name, value, *rules):
        def apply(*operands):
            operands = [x if isinstance(x, Engine) else Engine(x) for x in operands]
            out = Engine(value(*(x.data for x in operands)), operands)
            if (name, bug) == (where, "value"):
                out.data += 0.5
            if (name, bug) == (where, "raises"):
                raise RuntimeError("no such thing")

            def _backward():
                for x, by in zip(operands, rules, strict=True):
                    d = by(*(u.data for u in operands), out.data)
                    if name == where and bug == "rule":
                        d = 1.5 * d + 0.25
                    d = d if name == where and bug == "alone" else d * out.grad
                    x.grad = d if name == where and bug == "set" else x.grad + d

            out._backward = _backward
            return out

        setattr(Engine, name, apply)

    for name, *rest in METHODS:
        method(name, *rest)
    Engine.__pow__ = lambda self, n: getattr(self, {3: "cube", 2: "square", -1: "inverse"}[n])()
    return Engine


def logistic_of(x):
    return 1.0 / (1.0 + math.exp(-x))


METHODS = [  # the operation, its value, its derivatives by its inputs
    ("__add__", lambda a, b: a + b, lambda a, b, y: 1.0, lambda a, b, y: 1.0),
    ("__radd__", lambda a, b: a + b, lambda a, b, y: 1.0, lambda a, b, y: 1.0),
    ("__mul__", lambda a, b: a * b, lambda a, b, y: b, lambda a, b, y: a),
    ("__rmul__", lambda a, b: a * b, lambda a, b, y: b, lambda a, b, y: a),
    ("__sub__", lambda a, b: a - b, lambda a, b, y: 1.0, lambda a, b, y: -1.0),
    ("__rsub__", lambda a, b: b - a, lambda a, b, y: -1.0, lambda a, b, y: 1.0),
    ("__truediv__", lambda a, b: a / b, lambda a, b, y: 1.0 / b, lambda a, b, y: -y / b),
    ("__rtruediv__", lambda a, b: b / a, lambda a, b, y: -y / a, lambda a, b, y: 1.0 / a),
    ("__neg__", lambda a: -a, lambda a, y: -1.0),
    ("cube", lambda a: a**3, lambda a, y: 3.0 * a * a),
    ("square", lambda a: a * a, lambda a, y: 2.0 * a),
    ("inverse", lambda a: 1.0 / a, lambda a, y: -y * y),
    ("relu", lambda a: max(a, 0.0), lambda a, y: float(a > 0.0)),
    ("tanh", math.tanh, lambda a, y: 1.0 - y * y),
    ("exp", math.exp, lambda a, y: y),
    ("log", math.log, lambda a, y: 1.0 / a),
    ("sigmoid", logistic_of, lambda a, y: y * (1.0 - y)),
    ("sqrt", math.sqrt, lambda a, y: 0.5 / y),
    ("sin", math.sin, lambda a, y: math.cos(a)),
    ("cos", math.cos, lambda a, y: -math.sin(a)),
    ("tan", math.tan, lambda a, y: 1.0 + y * y),
    ("softplus", lambda a: math.log1p(math.exp(a)), lambda a, y: logistic_of(a)),
]


def bugs(name):
    """What is found where this operation has one bug after the other."""
    for bug in ("value", "rule", "alone", "set") + ("raises",) * name.startswith("__"):
        yield f"-- {bug}"
        yield from str(check_engine(engine(name, bug))).splitlines()


def sweeping_bugs(bug):
    """What is found where the sweep itself, or the class, has a bug."""
    if callable(bug):
        yield from str(check_engine(bug(engine()), programs=40, seed=3)).splitlines()
    else:
        yield from str(check_engine(engine(bug=bug))).splitlines()


def recursive(right):
    """Sweeps by recursion, and parents in a set."""

    def backward(self, outermost=True):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for x in v._prev:
                    visit(x)
                order.append(v)

        visit(self)
        for v in order:
            v.grad = v.grad if not v._prev else 0.0
        self.grad = 1.0
        for v in reversed(order):
            v._backward()

    right.backward = backward
    return right


def forgetful(right):
    """Keeps parents in a set."""
    made = right.__init__

    def with_set(self, data, parents=()):
        made(self, data, parents)
        self.children = set(parents)

    right.__init__ = with_set
    return right


def anew(right):
    """Begins each sweep with no gradients at all: as right as to add them up."""
    sweep = right.backward

    def backward(self):
        stack = [self]
        while stack:
            v = stack.pop()
            v.grad = 0.0
            stack += v._prev
        sweep(self)

    right.backward = backward
    return right


def nearly(right):
    """Is a half too much where a node is swept again."""
    sweep = right.backward

    def backward(self):
        sweep(self)
        stack = [self] * hasattr(self, "swept")
        while stack:
            v = stack.pop()
            v.grad += 0.5 if not v._prev else 0.0
            stack += v._prev[:1]
        self.swept = True

    right.backward = backward
    return right


def numb(right):
    """Takes two nodes with the same number for one."""
    del right.relu  # which gives a node with its input's number
    right.__eq__ = lambda a, b: a.data == b.data
    right.__hash__ = lambda a: hash(a.data)
    return right


def twice_refused(right):
    """Does not sweep a second time."""
    sweep = right.backward

    def backward(self):
        if self.grad:
            raise RuntimeError("swept before")
        sweep(self)

    right.backward = backward
    return right


def short_of_breath(right):
    """Fails on a long chain."""
    sweep = right.backward

    def backward(self):
        length, v = 0, self
        while v._prev:
            length, v = length + 1, v._prev[0]
        if length > 1000:
            raise MemoryError("too long")
        sweep(self)

    right.backward = backward
    return right


def longer(right):
    """Is wrong where a graph has more than five steps."""
    sweep = right.backward

    def backward(self):
        sweep(self)
        seen, stack = {}, [self]
        while stack:
            v = stack.pop()
            if id(v) not in seen:
                seen[id(v)] = v
                stack += v._prev
        leaves = [v for v in seen.values() if not v._prev]
        if 5 < len(seen) - len(leaves) < 100:
            for v in leaves:
                v.grad += 1.0

    right.backward = backward
    return right


# --- answers: judged in digits, marked, asked ---


def nodes():
    """A graph with names on the way, its numbers of four operations alone."""
    a, b, c = leaves()
    u = labelled(a * b, "u")
    v = labelled(u + c, "v")
    y = labelled(v * v / c, "y")
    return {"a": a, "b": b, "c": c, "u": u, "v": v, "y": y}


def plain(text):
    return re.sub(r"-?\d+\.\d{6,}(e-?\d+)?", lambda m: short(float(m[0])), text)


def marks(given, digits=None, weights=None):
    """The mark and the messages, numbers in six digits."""
    named = nodes()
    hand = {named[name]: g for name, g in given.items()}
    weighed = {named[name]: w for name, w in (weights or {}).items()}
    yield from plain(str(ag.grade(named["y"], hand, digits, weighed))).splitlines()


def accounts(given, **options):
    named = nodes()
    hand = {named[name]: g for name, g in given.items()}
    yield from map(plain, said(named["y"], hand, **options))


def exact():
    named = nodes()
    named["y"].backward()
    return {name: v.grad for name, v in named.items()}


def judged():
    """Right, wrong, follows, by accident, only rounded, not given: in several digits."""
    right = exact()
    for digits in (None, 2, 3, 6):
        for factor in (1.0 + 2e-9, 1.0 + 4e-6, 1.004, 1.04):
            given = {name: g * factor for name, g in right.items() if name != "y"}
            yield f"digits {digits}, all times {factor:.10g}: {next(marks(given, digits))}"
    yield from marks(given, 2)
    yield "-- carried on"
    wrong = {"v": 2.0, "u": 2.0, "a": 1.2, "b": 3.4, "c": 2.0 - right["v"] + right["c"]}
    yield from marks(wrong)
    yield from accounts(wrong)
    yield from accounts(wrong, slips="all")
    yield "-- by accident"
    yield from marks(wrong | {"a": right["a"]}, weights={"a": 3, "c": 0.5})
    yield from accounts(wrong | {"a": right["a"], "b": -3.4}, slips=1)
    yield "-- rounded"
    yield from accounts({name: float(f"{g:.3g}") for name, g in right.items()})
    yield from accounts({"v": 2.9})
    yield from accounts({"v": 3.0})
    yield "-- the output"
    yield from accounts({"y": 2.0})
    yield from accounts({"y": -1.0, "v": right["v"]})
    yield "-- nothing"
    x, w, other = ag.Value(2.0, "x"), ag.Value(-0.0, "w"), ag.Value(1.0, "other")
    yield from said(x * w + x * 3.0, {x: 4.0, other: 0.99999})
    yield "-- missing"
    yield from marks({"a": None, "b": "x" * 50, "c": math.nan, "y": 1}, weights={"u": 2})


def one_answer():
    """The line of advice for single wrong numbers of a."""
    right = exact()["a"]
    for wrong in (-right, right / 0.6, right * 2, right + 1, right * 1.02, 0.0, 0.6, 1e9, 1.7322):
        yield f"-- {wrong:.6g}"
        yield from accounts({"a": wrong}, slips=3)


def second():
    x, w = ag.Value(2.0, "x"), ag.Value(3.0, "w")
    y = x * x * w + w * w * w * x
    other = ag.Value(1.0, "other")
    right = {(x, x): 6.0, (x, w): 31.0, (w, w): 36.0}
    for pair, wrong in (((x, x), 3.0), ((x, w), 27.0), ((w, w), -36.0), ((x, other), 1.0)):
        yield from said(y, right | {pair: wrong}, order=2)


def indices():
    """A list of numbers at indices, more of them wrong than slips are looked for."""
    xs = [ag.Value(1.0 + 0.125 * i) for i in range(22)]
    y = ag.sum([x * x * (1.0 + i) for i, x in enumerate(xs)])
    grade = ag.grade(y, [(xs, [x.data * (1.0 + i) for i, x in enumerate(xs)])])
    yield from (plain(line) for line in grade.messages[::6])
    yield f"{len(grade.messages)} messages"


def paths(count):
    a = ag.Value(0.5, "a")
    y = ag.sum([a * (1.0 + 0.5 * i) for i in range(count)])
    yield from said(y, {a: 1.0})


def names():
    """More names than a line holds."""
    wide = [ag.Value(1.0 + i, f"the {i}th of many") for i in range(12)]
    y = ag.sum([x * x for x in wide])
    yield from said(y, {x: -2 * x.data for x in wide})
    rounded = {x: float(f"{2.0 * x.data / 3.0:.3g}") for x in wide}
    yield from said(ag.sum([x * x / 3.0 for x in wide]), rounded | {wide[0]: 7.0})


def large():
    """Of a graph that is larger than is searched: a part."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judgement, "LARGE", 40)
        patch.setattr(judgement, "NEAREST", 15)
        x, w = ag.Value(1.5, "x"), ag.Value(0.5, "w")
        y = x
        for i in range(20):
            y = labelled(y * w + y * (1.0 + i), f"y{i}")
        order = inputs_first(y)
        named = {v.label: v for v in order if v.label}
        slope = ag.gradients(y, [named["y3"]])[0].data
        yield from map(plain, said(y, {named["y3"]: slope * 1.5, x: 1.0, w: 3.0}))
        forgotten = slope / 6.5 * 6.0  # the path from y5 through y5·w
        yield from map(plain, said(y, {named["y3"]: forgotten}, slips=5))
        slope = ag.gradients(y, [named["y18"]])[0].data
        yield from map(plain, said(y, {named["y18"]: slope * 0.5, named["y19"]: 1.0, x: 1.0}))
        yield from map(plain, ag.grade(y, {named["y3"]: 7.5, x: 1.0}).messages)


def asked(name, digits, most):
    """The questions of a quiz: name, text, and the answers with their tolerances."""
    a, b, c = leaves()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quiz, "MOST_DRAWN", 0)
        y = labelled(GRAPHS[name](a, b, c), "y")
        root = ElementTree.fromstring(quiz.questions(y, digits))
    for question in root[: most + 1]:
        yield " | ".join(filter(None, (part.strip() for part in question.itertext())))[:400]
        for answer in question.iter("answer"):
            texts = [answer.get("fraction"), answer.find("text").text]
            texts += [answer.find("tolerance").text, answer.find("feedback/text").text]
            fraction, number, tolerance, feedback = texts
            yield f"  {fraction} {short(float(number))} ± {tolerance} {feedback}"


def check_table():
    """The tables of `gradcheck`, by rule and by hand, right and wrong."""

    def f(x, w):
        return x * x * w[0] / w[1]

    at = 1.5, [0.5, 4.0]
    yield from str(ag.numerical_gradient(f, *at, report=True)).splitlines()
    yield from str(ag.gradcheck(f, *at)).splitlines()
    for d in (0.375, 0.37500000001, 0.3, 0.0):
        hand = partial(lambda d, x, w: (d, [0.5625, -0.0703125]), d)
        try:
            yield from str(ag.gradcheck(f, *at, hand=hand)).splitlines()
        except ag.GradientMismatch as error:
            yield from str(error).splitlines()
    yield from str(ag.gradcheck(lambda x: abs(x) + x, 0.0)).splitlines()
    yield from str(ag.gradcheck(lambda x, y: x * x * y, 2.0, 3.0, order=2)).splitlines()


# --- all parts, by file ---

MISTAKES = list(mistakes.derivations(each=1, seed=2))[::4]


def by_mistakes(first):
    for case in MISTAKES[first : first + 8]:
        yield from mistake(case)


PARTS = {
    "rules": {
        f"{kind} {slot}": partial(rule, kind, slot)
        for kind, slot in sorted({*forms.FORMS, *forms.WRONG})
    },
    "slips": {
        **{name: partial(kinds, name, "") for name in GRAPHS},
        **{f"{name}, given": partial(kinds, name, "given") for name in BROKEN},
        **{
            f"{name}, inside": partial(kinds, name, "inside")
            for name in ("cells", "scores", "mean")
        },
        "words": texts,
        "own rule": own_rule,
        **{f"{name} {which}": partial(kinds, name, which) for name, which in PLACES},
        **{f"terms of {name}": partial(terms, name) for name in [*SIZED, *CANCELLED]},
        **{f"shares of {name}": partial(share_slips, name) for name in ("price", "sigmoids")},
    },
    "reports": {
        **{f"mistakes from {i}": partial(by_mistakes, i) for i in range(0, len(MISTAKES), 8)},
        **{f"planted in {name}": partial(planted, name) for name in list(GRAPHS)[:12]},
        **{
            f"coincidence in {name}, {number:g}": partial(coincidence, name, leaf, number)
            for name, leaf, number in COINCIDENCES
        },
        **{f"together in {name}": partial(together, name, given) for name, given in TOGETHER},
        "judged": judged,
        "wide": wide,
        "everywhere": everywhere,
        "long names": long_names,
        "one answer": one_answer,
        "second derivatives": second,
        "indices": indices,
        **{f"{count} paths": partial(paths, count) for count in (20, 21)},
        "names": names,
        "a large graph": large,
        "questions": partial(asked, "price", 4, 9),
        "questions of a quotient": partial(asked, "quotient", 3, 1),
        "questions of a sum": partial(asked, "sum", 4, 9),
        "questions of sigmoids": partial(asked, "sigmoids", 2, 1),
    },
    "estimates": {
        **{name: partial(estimate, name, False) for name in ESTIMATES},
        **{f"{name}, noise known": partial(estimate, name, True) for name in KNOWN_NOISE},
        "tables": check_table,
    },
    "engines": {
        **{name: partial(bugs, name) for name, *_ in METHODS},
        **{bug: partial(sweeping_bugs, bug) for bug in ("an earlier sweep", "the seed", "nothing")},
        **{
            bug.__name__: partial(sweeping_bugs, bug)
            for bug in (
                anew,
                nearly,
                recursive,
                forgetful,
                numb,
                twice_refused,
                short_of_breath,
                longer,
            )
        },
    },
}
