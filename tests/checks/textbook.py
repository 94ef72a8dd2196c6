"""Derivations on paper: graphs with the textbook's own rules, and a student who makes one mistake.

Written from the mathematics, not from the package: each operation has its value and its derivative
in plain numbers here, and the package records the same graph beside it.
"""

import math
from collections import defaultdict

import autograd as ag


class Step:
    """One line of the derivation: an operation, what it is applied to, and the package's node."""

    def __init__(self, op, inputs, value, node, slopes, **more):
        self.op, self.inputs, self.value, self.node = op, inputs, value, node
        self.slopes = slopes  # d(value)/d(input) by the textbook
        self.more = more

    def __add__(self, other):
        a, b = self, step(other)
        return Step("add", [a, b], a.value + b.value, a.node + raw(other), [1.0, 1.0])

    def __sub__(self, other):
        a, b = self, step(other)
        return Step("sub", [a, b], a.value - b.value, a.node - raw(other), [1.0, -1.0])

    def __mul__(self, other):
        a, b = self, step(other)
        return Step("mul", [a, b], a.value * b.value, a.node * raw(other), [b.value, a.value])

    def __truediv__(self, other):
        a, b = self, step(other)
        slopes = [1 / b.value, -a.value / b.value**2]
        return Step("div", [a, b], a.value / b.value, a.node / raw(other), slopes)

    def __pow__(self, n):
        x = self.value
        return Step("power", [self], x**n, self.node**n, [n * x ** (n - 1)], n=n)

    def __radd__(self, other):
        return step(other).named(other) + self

    def __rsub__(self, other):
        a, b = step(other), self
        return Step("sub", [a, b], a.value - b.value, other - b.node, [1.0, -1.0])

    def __rmul__(self, other):
        a, b = step(other), self
        return Step("mul", [a, b], a.value * b.value, other * b.node, [b.value, a.value])

    def __rtruediv__(self, other):
        a, b = step(other), self
        slopes = [1 / b.value, -a.value / b.value**2]
        op = "recip" if other == 1 else "div"
        inputs = [b] if other == 1 else [a, b]
        return Step(op, inputs, a.value / b.value, other / b.node, slopes[-len(inputs) :])

    def named(self, number):
        self.node = ag.Value(number)
        return self


def step(x):
    return x if type(x) is Step else Step("number", [], float(x), None, [])


def raw(x):
    return x.node if type(x) is Step else x


def leaf(number, name):
    return Step("leaf", [], float(number), ag.Value(number, name), [])


def leaves(numbers, name):
    return [leaf(x, f"{name}[{i}]") for i, x in enumerate(numbers)]


def function(op, value, slope):
    def apply(x):
        y = value(x.value)
        return Step(op, [x], y, getattr(ag, op)(x.node), [slope(x.value, y)])

    return apply


exp = function("exp", math.exp, lambda x, y: y)
log = function("log", math.log, lambda x, y: 1 / x)
sin = function("sin", math.sin, lambda x, y: math.cos(x))
cos = function("cos", math.cos, lambda x, y: -math.sin(x))
tan = function("tan", math.tan, lambda x, y: 1 + y * y)
sqrt = function("sqrt", math.sqrt, lambda x, y: 0.5 / y)
tanh = function("tanh", math.tanh, lambda x, y: 1 - y * y)
sigmoid = function("sigmoid", lambda x: 1 / (1 + math.exp(-x)), lambda x, y: y * (1 - y))
relu = function("relu", lambda x: max(x, 0.0), lambda x, y: float(x > 0))
softplus = function(
    "softplus", lambda x: math.log1p(math.exp(x)), lambda x, y: 1 / (1 + math.exp(-x))
)


def maximum(a, b):
    first = a.value > b.value
    node = ag.maximum(a.node, b.node)
    return Step("max", [a, b], max(a.value, b.value), node, [float(first), float(not first)])


def total(xs):
    value = sum(x.value for x in xs)
    return Step("sum", xs, value, ag.sum([x.node for x in xs]), [1.0] * len(xs))


def mean(xs):
    n = len(xs)
    value = sum(x.value for x in xs) / n
    return Step("mean", xs, value, ag.mean([x.node for x in xs]), [1 / n] * n, n=n)


def dot(xs, ws):
    value = sum(x.value * w.value for x, w in zip(xs, ws, strict=True))
    node = ag.dot([x.node for x in xs], [w.node for w in ws])
    slopes = [w.value for w in ws] + [x.value for x in xs]
    return Step("dot", [*xs, *ws], value, node, slopes)


def softmax(zs):
    exps = [math.exp(z.value) for z in zs]
    ys = [e / sum(exps) for e in exps]
    nodes = ag.softmax([z.node for z in zs])
    return [
        Step("softmax", zs, ys[i], nodes[i],
             [ys[i] * ((i == k) - ys[k]) for k in range(len(zs))], i=i, ys=ys)
        for i in range(len(zs))
    ]  # fmt: skip


def cross_entropy(ys, t):
    value = -math.log(ys[t].value)
    node = ag.cross_entropy_error([y.node for y in ys], t)
    slopes = [-1 / y.value if i == t else 0.0 for i, y in enumerate(ys)]
    return Step("ce", ys, value, node, slopes, t=t)


def softmax_cross_entropy(rows, ts):
    zs, slopes, value, n = [], [], 0.0, len(rows)
    for row, t in zip(rows, ts, strict=True):
        exps = [math.exp(z.value) for z in row]
        value -= math.log(exps[t] / sum(exps)) / n
        slopes += [(e / sum(exps) - (i == t)) / n for i, e in enumerate(exps)]
        zs += row
    node = ag.softmax_cross_entropy([[z.node for z in row] for row in rows], list(ts))
    return Step("sce", zs, value, node, slopes, n=n)


def squares(ys, ts):
    n = len(ys)
    value = sum((y.value - t) ** 2 for y, t in zip(ys, ts, strict=True)) / n
    node = ag.mean_squared_error([y.node for y in ys], ts)
    slopes = [2 * (y.value - t) / n for y, t in zip(ys, ts, strict=True)]
    return Step("mse", ys, value, node, slopes, n=n, ts=ts)


# --- graphs ---


def _recurrent(cell, xs, w, u):
    h = cell(xs[0] * w)
    for x in xs[1:]:
        h = cell(x * w + h * u)
    return h


def _network(xs, numbers, act):
    ws = [leaves(row, f"w{i}") for i, row in enumerate(numbers)]
    bs = leaves([0.1 * (i + 1) for i in range(len(numbers))], "b")
    return [act(dot(xs, w) + b) for w, b in zip(ws, bs, strict=True)]


def _a():
    return leaf(1.7, "a"), leaf(0.6, "b"), leaf(2.3, "c")


GRAPHS = {
    "price": lambda a, b, c: a * b * c,
    "basket": lambda a, b, c: (2 * a + 3 * b) * c,
    "square of a sum": lambda a, b, c: (a + b) ** 2 * c,
    "cube": lambda a, b, c: a**3 + b * c,
    "polynomial": lambda a, b, c: a**4 + 3 * a**2 + b * a,
    "used thrice": lambda a, b, c: a * a + 3 * a * b + a * c,
    "quotient": lambda a, b, c: (a + b) / (c + a),
    "quotient of products": lambda a, b, c: (a * b) / (a + c),
    "fraction": lambda a, b, c: 3 / (a + b) + c * a,
    "reciprocal": lambda a, b, c: 1 / (a * b + c),
    "product": lambda a, b, c: sin(a) * exp(b) + c * a,
    "product of one": lambda a, b, c: a**2 * sin(a) + b * c,
    "log": lambda a, b, c: log(a * b + c) * b,
    "log of square": lambda a, b, c: log(a**2 + c) + b * a,
    "exp": lambda a, b, c: exp(a * b) * c + b,
    "exp of square": lambda a, b, c: exp(0.3 * a**2) * b + c * a,
    "root": lambda a, b, c: sqrt(a * b + c) * a,
    "root of squares": lambda a, b, c: sqrt(a**2 + b**2) * c,
    "sine": lambda a, b, c: sin(a * b) * c + a,
    "cosine": lambda a, b, c: cos(a + b) * c * b,
    "tangent": lambda a, b, c: tan(0.3 * a * b) + c * b,
    "damped": lambda a, b, c: exp(b * -0.7) * sin(a * c),
    "sigmoid": lambda a, b, c: sigmoid(a * b + 0.3) * c,
    "sigmoid squared": lambda a, b, c: sigmoid(a * b) ** 2 + c * b,
    "two sigmoids": lambda a, b, c: sigmoid(sigmoid(a * b) * c),
    "tanh": lambda a, b, c: tanh(0.4 * a * b) * c + a,
    "two tanhs": lambda a, b, c: tanh(tanh(a * b) * 0.5 * c),
    "gate": lambda a, b, c: sigmoid(a) * tanh(b) + c * a,
    "relu": lambda a, b, c: relu(a * b - 0.3) * c + relu(b - c) * a,
    "relus": lambda a, b, c: relu(a - 2 * b) + relu(c * b - a) * c,
    "softplus": lambda a, b, c: softplus(a * b - 0.5) * c,
    "maximum": lambda a, b, c: maximum(a * b, c * 0.2) * c,
    "mean": lambda a, b, c: mean([a * b, b * c, sin(a)]),
    "mean of squares": lambda a, b, c: mean([(a - b) ** 2, (b - c) ** 2, a * c, b]),
    "errors": lambda a, b, c: squares([a * b, b + c, a * c], [0.3, 1.9, -0.4]),
    "line": lambda a, b, c: squares(
        [a * x + b for x in (0.5, -1.2, 2.1, 0.9)], [1.0, 0.2, -0.3, c.value]
    ),
    "softmax loss": lambda a, b, c: cross_entropy(softmax([a * b, b, c * 0.4]), 1),
    "softmax of three": lambda a, b, c: (lambda y: y[0] * a + y[1] * c + y[2] * b)(
        softmax([a, b, c])
    ),
    "scores": lambda a, b, c: softmax_cross_entropy([[a * b, b, c]], [0]),
    "batch of scores": lambda a, b, c: softmax_cross_entropy(
        [[a * b, b, c], [c * 0.3, a, b * c]], [2, 0]
    ),
    "recurrent": lambda a, b, c: _recurrent(tanh, leaves([0.5, -0.8, 1.1], "x"), a, b) * c,
    "recurrent sigmoid": lambda a, b, c: (
        _recurrent(sigmoid, leaves([0.9, -0.4, 0.7], "x"), a, b) * c
    ),
    "neuron": lambda a, b, c: (
        sigmoid(dot(leaves([0.4, -0.9, 1.3], "x"), leaves([0.7, 0.2, -0.5], "w")) + b) * c
    ),
    "layer": lambda a, b, c: squares(
        _network(leaves([1.0, 0.5], "x"), [[0.1, 0.3], [0.2, -0.4], [0.5, 0.6]], sigmoid),
        [0.4, 0.9, 0.1],
    ),
    "classifier": lambda a, b, c: softmax_cross_entropy(
        [_network([a, b], [[0.1, 0.3], [0.2, -0.4], [0.5, 0.6]], tanh)], [1]
    ),
    "two layers": lambda a, b, c: squares(
        _network(
            _network([a, b], [[0.1, 0.3], [0.2, -0.4]], tanh), [[0.7, -0.3], [0.4, 0.8]], sigmoid
        ),
        [0.2, 0.7],
    ),
}


def written(name):
    """The steps of a graph, inputs first, each labelled, the output last."""
    y = GRAPHS[name](*_a())
    order, seen = [], set()

    def visit(s):
        if id(s) not in seen:
            seen.add(id(s))
            for x in s.inputs:
                visit(x)
            if s.op != "number":
                order.append(s)

    visit(y)
    for i, s in enumerate(order):
        s.name = s.node.label or f"n{i}"
    return order


def uses(order):
    found = defaultdict(list)
    for s in order[::-1]:
        for slot, x in enumerate(s.inputs):
            if x.op != "number":
                found[id(x)].append((s, slot))
    return found


def gradients(order, wrong=None, node=None, number=None):
    """By the textbook: the gradient of each step, with some local derivatives {(step, slot): d}
    wrong, or one number; all that comes after is carried on rightly."""
    wrong = {(id(s), slot): d for (s, slot), d in (wrong or {}).items()}
    above = uses(order)
    found = {}
    for s in order[::-1]:
        shares = [
            found[id(c)] * wrong.get((id(c), slot), c.slopes[slot]) for c, slot in above[id(s)]
        ]
        found[id(s)] = 1.0 if s is order[-1] else sum(shares)
        if s is node:
            found[id(s)] = number
    return found
