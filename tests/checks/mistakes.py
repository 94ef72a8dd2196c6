"""Mistakes that students make, as numbers: each from the mathematics, and how it may be told."""

import math
from random import Random

import textbook
from textbook import GRAPHS, gradients, uses, written


def _x(s, slot):
    return s.inputs[slot].value


def _inner(s, slot):
    """The number that went into the inner function."""
    x = s.inputs[slot]
    inner = [u for u in x.inputs if u.op != "number"]
    return inner[0].value if len(x.inputs) and inner else None


def _at(s, x):
    """The derivative of a function at another number."""
    slopes = {
        "exp": math.exp, "log": lambda x: 1 / x, "sin": math.cos, "cos": lambda x: -math.sin(x),
        "tanh": lambda x: 1 - math.tanh(x) ** 2, "sqrt": lambda x: 0.5 / math.sqrt(x),
        "sigmoid": lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2,
        "tan": lambda x: 1 + math.tan(x) ** 2, "recip": lambda x: -1 / x**2,
    }  # fmt: skip
    if s.op == "power":
        return s.more["n"] * x ** (s.more["n"] - 1)
    return slopes[s.op](x) if s.op in slopes else None


def only(ops, f):
    """A wrong local derivative at some operations: f(step, slot)."""
    return lambda s, slot: f(s, slot) if s.op in ops.split() else None


def _of_shares(f):
    """The sum over the shares of f(adjoint, slope)."""

    def wrong(order, found, s, shares, rng):
        return sum(f(found[id(c)], c.slopes[i]) for c, i in shares) if shares else None

    return wrong


def _of_leaf(f):
    """At a leaf: f(its gradient, its value)."""
    return lambda order, found, s, shares, rng: f(found[id(s)], s.value) if s.op == "leaf" else None


def op(name, f, slot_only=None):
    """A wrong rule for one operation: f(x, y, step)."""

    def wrong(s, slot):
        if s.op != name or (slot_only is not None and slot != slot_only):
            return None
        return f(_x(s, slot), s.value, s)

    return wrong


FACTORS = "mul div exp log sin cos tan sqrt tanh sigmoid softplus power recip mean dot softmax ce"
LOCAL = {  # kind: how it may be told, the wrong local derivative of (step, slot)
    "sign of a local derivative": ("wrong sign", lambda s, i: -s.slopes[i]),
    "local derivative forgotten": (
        "forgotten|identity|passed on",
        only(FACTORS, lambda s, i: 1.0),
    ),
    "local derivative squared": (
        "squared",
        only("sigmoid tanh sin log mul exp", lambda s, i: s.slopes[i] ** 2),
    ),
    "reciprocal of a local derivative": (
        "reciprocal|divided",
        only("mul exp log sigmoid sqrt dot", lambda s, i: 1 / s.slopes[i]),
    ),
    "product not swapped": ("not swapped|itself", op("mul", lambda x, y, s: x)),
    "output of a product": ("output used where the input|output", op("mul", lambda x, y, s: y)),
    "add as mul": ("product for that of a sum", only("add", lambda s, i: s.inputs[1 - i].value)),
    "sigmoid y(1+y)": (r"y \(1 \+ y\)", op("sigmoid", lambda x, y, s: y * (1 + y))),
    "sigmoid y": (r"\(1 − y\) of|function for its|y for y", op("sigmoid", lambda x, y, s: y)),
    "sigmoid 1-y": (r"y of y \(1|1 − y", op("sigmoid", lambda x, y, s: 1 - y)),
    "sigmoid y²": ("y²", op("sigmoid", lambda x, y, s: y * y)),
    "sigmoid by tanh": ("tanh|1 − y²", op("sigmoid", lambda x, y, s: 1 - y * y)),
    "sigmoid x(1-x)": ("the input used", op("sigmoid", lambda x, y, s: x * (1 - x))),
    "sigmoid twice": (
        "output used",
        op("sigmoid", lambda x, y, s: math.exp(-y) / (1 + math.exp(-y)) ** 2),
    ),
    "sigmoid squared factor": ("squared", op("sigmoid", lambda x, y, s: y * y * (1 - y))),
    "tanh 1-y": ("1 − y for", op("tanh", lambda x, y, s: 1 - y)),
    "tanh 1+y²": (r"1 \+ y²", op("tanh", lambda x, y, s: 1 + y * y)),
    "tanh y²": ("y² for", op("tanh", lambda x, y, s: y * y)),
    "tanh by sigmoid": ("sigmoid", op("tanh", lambda x, y, s: y * (1 - y))),
    "tanh 1-x²": ("x²|the input used", op("tanh", lambda x, y, s: 1 - x * x)),
    "relu gate": ("gate|constant|zero", op("relu", lambda x, y, s: float(x <= 0))),
    "exp power rule": ("power rule", op("exp", lambda x, y, s: x * math.exp(x - 1))),
    "exp x e^x": ("x eˣ", op("exp", lambda x, y, s: x * y)),
    "exp at output": ("output used", op("exp", lambda x, y, s: math.exp(y))),
    "log 1/x²": ("1/x²", op("log", lambda x, y, s: 1 / x**2)),
    "log x": ("reciprocal", op("log", lambda x, y, s: x)),
    "log integrated": ("integrated", op("log", lambda x, y, s: x * y - x)),
    "log 1/log": ("1/log|output used", op("log", lambda x, y, s: 1 / y)),
    "log base ten": ("10", op("log", lambda x, y, s: 1 / (x * math.log(10)))),
    "log base two": ("ln 2|binary", op("log", lambda x, y, s: math.log(2) / x)),
    "root without ½": ("½|forgotten", op("sqrt", lambda x, y, s: 1 / y)),
    "root ½√x": ("½ √x", op("sqrt", lambda x, y, s: y / 2)),
    "root twice": ("twice", op("sqrt", lambda x, y, s: -0.25 / (x * y))),
    "root 1/(2x)": (
        r"1/\(2x\)|squared|output used|derivative of",
        op("sqrt", lambda x, y, s: 0.5 / x),
    ),
    "power without n": ("forgotten", op("power", lambda x, y, s: x ** (s.more["n"] - 1))),
    "exponent not lowered": ("not lowered", op("power", lambda x, y, s: s.more["n"] * y)),
    "exponent raised": ("raised", op("power", lambda x, y, s: s.more["n"] * x * y)),
    "power n+1": (r"n \+ 1", op("power", lambda x, y, s: (s.more["n"] + 1) * x ** s.more["n"] / x)),
    "power integrated": ("integrated", op("power", lambda x, y, s: y * x / (s.more["n"] + 1))),
    "power itself": ("function for its", op("power", lambda x, y, s: y)),
    "reciprocal's sign": ("wrong sign|1/x² for", op("recip", lambda x, y, s: y * y)),
    "reciprocal without square": ("without the square|forgotten", op("recip", lambda x, y, s: -y)),
    "reciprocal integrated": ("integrated|log", op("recip", lambda x, y, s: math.log(x))),
    "quotient's sign": ("wrong sign|a/b² for", op("div", lambda x, y, s: y / x, 1)),
    "quotient without square": ("without the square|1/b of", op("div", lambda x, y, s: -y, 1)),
    "quotient by numerator": ("by the numerator", op("div", lambda x, y, s: 1 / x, 1)),
    "numerator times denominator": (
        "b for 1/b|reciprocal",
        lambda s, i: _x(s, 1) if (s.op, i) == ("div", 0) else None,
    ),
    "sin for cos": ("function for its|sin x", op("sin", lambda x, y, s: y)),
    "sine's sign": ("wrong sign|−cos", op("sin", lambda x, y, s: -math.cos(x))),
    "cosine's sign": ("wrong sign|sin x for", op("cos", lambda x, y, s: math.sin(x))),
    "cos for sin": ("function for its|cos x", op("cos", lambda x, y, s: y)),
    "degrees": ("degrees", op("sin", lambda x, y, s: math.cos(math.radians(x)))),
    "tan 1-y²": ("1 − y²", op("tan", lambda x, y, s: 1 - y * y)),
    "tan 1/cos": ("1/cos", op("tan", lambda x, y, s: 1 / math.cos(x))),
    "softplus σ(1-σ)": (
        "σ|sigmoid",
        op("softplus", lambda x, y, s: s.slopes[0] * (1 - s.slopes[0])),
    ),
    "softplus 1-σ": ("1 − σ", op("softplus", lambda x, y, s: 1 - s.slopes[0])),
    "maximum to the wrong input": (
        "wrong input|both inputs|gate|constant|zero",
        op("max", lambda x, y, s: float(x != y)),
    ),
    "maximum to both": (
        "both inputs|½|wrong input",
        op("max", lambda x, y, s: 1.0 if x != y else None),
    ),
    "at the inner input": (
        "left out",
        lambda s, i: _at(s, _inner(s, i)) if (_inner(s, i) or 0.0) > 0 else None,
    ),
    "counted twice": ("twice|factor 2|factor n", lambda s, i: 2 * s.slopes[i]),
    "half": (
        "½|factor 2|half|2 of 2x",
        only("mul sigmoid tanh exp dot", lambda s, i: s.slopes[i] / 2),
    ),
    "missing mean": (
        "missing mean|mean|1/n",
        only("mean mse sce", lambda s, i: s.slopes[i] * s.more["n"]),
    ),
    "mean twice": (
        "mean taken twice|mean",
        only("mean mse", lambda s, i: s.slopes[i] / s.more["n"]),
    ),
}


def _square_without_2(s, i):
    return s.slopes[i] / 2 if s.op == "mse" else None


LOCAL["square's 2 forgotten"] = ("2|half|n of|forgotten", _square_without_2)
LOCAL["y for y - t, squares"] = (
    "left out|target|−",
    lambda s, i: 2 * _x(s, i) / s.more["n"] if s.op == "mse" and s.more["ts"][i] else None,
)
LOCAL["y for y - t, scores"] = (
    "y instead of y - t",
    lambda s, i: s.slopes[i] + 1 / s.more["n"] if s.op == "sce" and s.slopes[i] < 0 else None,
)


def _sum(found, shares):
    return sum(found[id(c)] * c.slopes[i] for c, i in shares)


def _one_share(f):
    """A kind with one of several shares changed: f(adjoint, slope) for the share."""

    def wrong(order, found, s, shares, rng):
        if not shares:
            return None
        k = rng.randrange(len(shares))
        c, i = shares[k]
        return _sum(found, shares) + f(found[id(c)], c.slopes[i]) - found[id(c)] * c.slopes[i]

    return wrong


def _if_several(f):
    return lambda order, found, s, shares, rng: (
        f(order, found, s, shares, rng) if len(shares) > 1 else None
    )


def _another(order, found, s, shares, rng):
    """The gradient of another input of the same operation: a transposed or copied neighbour."""
    if len(shares) != 1:
        return None
    others = [x for x in shares[0][0].inputs if x is not s and x.op != "number"]
    return found[id(rng.choice(others))] if others else None


def _neighbour(order, found, s, shares, rng):
    stem = s.name.partition("[")[0]
    others = [u for u in order if u is not s and u.name.startswith(stem + "[") and "[" in s.name]
    return found[id(rng.choice(others))] if others else None


def _inner_forgotten(order, found, s, shares, rng):
    """f'(g) g' with g' forgotten: d(c)/d(s) taken as 1 below the outer function."""
    c = shares[0][0] if len(shares) == 1 else None
    above = uses(order)[id(c)] if c is not None else []
    if len(above) != 1 or c.op in ("add", "sub", "sum"):
        return None
    outer, k = above[0]
    return found[id(outer)] * outer.slopes[k]


def _outer_forgotten(order, found, s, shares, rng):
    """f'(g) g' with f' forgotten."""
    c, i = shares[0] if len(shares) == 1 else (None, 0)
    above = uses(order)[id(c)] if c is not None else []
    if len(above) != 1 or above[0][0].op in ("add", "sub", "sum"):
        return None
    return found[id(above[0][0])] * c.slopes[i]


def _wrong_value(order, found, s, shares, rng):
    """Another node's value in a factor of a product."""
    products = [(c, i) for c, i in shares if c.op == "mul"]
    others = [u for u in order if u.op == "leaf" and u is not s]
    if not products or len(others) < 2:
        return None
    c, i = rng.choice(products)
    other = rng.choice([u for u in others if u.value != c.slopes[i]])
    return _sum(found, shares) + found[id(c)] * (other.value - c.slopes[i])


def _product_of_derivatives(order, found, s, shares, rng):
    """(f g)' = f' g', where both depend on s and nothing else does."""
    if len(shares) != 2 or s.op != "leaf":
        return None
    return _of_two(order, found, s, "mul", lambda f, g, df, dg: df * dg)


def _ff_gg(order, found, s, shares, rng):
    return _of_two(order, found, s, "mul", lambda f, g, df, dg: f * df + g * dg)


def _quotient_of_derivatives(order, found, s, shares, rng):
    return _of_two(order, found, s, "div", lambda f, g, df, dg: df / dg if dg else None)


def _quotient_turned(order, found, s, shares, rng):
    return _of_two(order, found, s, "div", lambda f, g, df, dg: (f * dg - df * g) / g**2)


def _quotient_plus(order, found, s, shares, rng):
    return _of_two(order, found, s, "div", lambda f, g, df, dg: (f * dg + df * g) / g**2)


def _quotient_no_square(order, found, s, shares, rng):
    return _of_two(order, found, s, "div", lambda f, g, df, dg: (df * g - f * dg) / g)


def _of_two(order, found, s, kind, rule):
    """The gradient by s with a wrong rule at the one product or quotient f(s) g(s)."""
    below = {id(s): 1.0}
    for c in order:
        if c is not s:
            slopes = [
                below[id(x)] * d for x, d in zip(c.inputs, c.slopes, strict=True) if id(x) in below
            ]
            if slopes:
                below[id(c)] = sum(slopes)
    for c in order[::-1]:
        if c.op == kind and len(c.inputs) == 2 and all(id(x) in below for x in c.inputs):
            (f, g), (df, dg) = [x.value for x in c.inputs], [below[id(x)] for x in c.inputs]
            wrong = rule(f, g, df, dg)
            if wrong is None:
                return None
            return found[id(s)] + found[id(c)] * (wrong - below[id(c)])
    return None


def _softmax_diagonal(order, found, s, shares, rng):
    own = [(c, i) for c, i in shares if c.op == "softmax"]
    if len(own) < 2 or len(own) != len(shares):
        return None
    return sum(found[id(c)] * c.slopes[i] for c, i in own if c.more["i"] == i)


def _softmax_sign(order, found, s, shares, rng):
    own = [(c, i) for c, i in shares if c.op == "softmax"]
    if len(own) < 2 or len(own) != len(shares):
        return None
    return sum(found[id(c)] * abs(c.slopes[i]) for c, i in own)


def _target_two_steps(order, found, s, shares, rng):
    """y for y - t at the score of the target, by softmax and then cross-entropy."""
    own = [(c, i) for c, i in shares if c.op == "softmax"]
    for c, i in own:
        if c.more["i"] == i:
            for loss, _ in uses(order)[id(c)]:
                if loss.op == "ce" and loss.more["t"] == i and len(own) == len(shares):
                    return c.value
    return None


def _shifted(order, found, s, shares, rng):
    if len(shares) < 3:
        return None
    return sum(
        found[id(a)] * b.slopes[i] for (a, _), (b, i) in zip(shares[1:], shares, strict=False)
    )


def _constant(order, found, s, shares, rng):
    """One node on the way is treated as a constant."""
    if len(shares) < 2:
        return None
    return _sum(found, shares[:-1])


NUMBER = {  # kind: how it may be told, the wrong gradient of a node
    "sign of the gradient": ("wrong sign", lambda o, f, s, sh, r: -f[id(s)]),
    "zero": ("zero|constant|gate", lambda o, f, s, sh, r: 0.0),
    "reciprocal of the gradient": ("reciprocal|divided", lambda o, f, s, sh, r: 1 / f[id(s)]),
    "a path forgotten": (
        "path forgotten|`=`|constant",
        _if_several(lambda o, f, s, sh, r: _sum(f, sh[1:])),
    ),
    "`=` for `+=`": ("`=`|path forgotten", _if_several(lambda o, f, s, sh, r: _sum(f, sh[-1:]))),
    "a node taken as constant": ("path forgotten|`=`|constant", _constant),
    "sign of a share": ("wrong sign", _if_several(_one_share(lambda a, p: -a * p))),
    "a share counted twice": ("twice|factor 2", _if_several(_one_share(lambda a, p: 2 * a * p))),
    "incoming forgotten": ("incoming|forgotten", _of_shares(lambda a, p: p)),
    "incoming squared": ("squared", _of_shares(lambda a, p: a * a * p)),
    "incoming added": ("added", _of_shares(lambda a, p: a + p)),
    "incoming alone": ("incoming|forgotten", _of_shares(lambda a, p: a)),
    "the partner's gradient": ("gradient of another|not swapped", _another),
    "the neighbour's gradient": ("gradient of another|another", _neighbour),
    "inner derivative forgotten": ("forgotten", _inner_forgotten),
    "outer derivative forgotten": ("forgotten|the incoming one", _outer_forgotten),
    "another value in a factor": ("another|not swapped|itself|value", _wrong_value),
    "product of derivatives": ("product of the derivatives", _product_of_derivatives),
    "f f' + g g'": ("not swapped", _ff_gg),
    "f'/g'": ("f'/g'", _quotient_of_derivatives),
    "quotient turned round": ("wrong sign", _quotient_turned),
    "quotient with plus": ("wrong sign|f' g", _quotient_plus),
    "quotient rule without square": ("without the square", _quotient_no_square),
    "softmax's diagonal": ("only y|path forgotten|`=`|other", _softmax_diagonal),
    "softmax's sign": ("wrong sign", _softmax_sign),
    "y for y - t, two steps": ("y instead of y - t", _target_two_steps),
    "shifted by one": ("shifted|another", _shifted),
    "own value for the gradient": ("own value|value|its own", _of_leaf(lambda g, x: x)),
    "times its own value": (
        "own value|not swapped|not lowered|output used",
        _of_leaf(lambda g, x: g * x),
    ),
    "factor ln 10": ("ln 10|10", lambda o, f, s, sh, r: f[id(s)] * math.log(10)),
    "factor π/180": ("π/180|degrees", lambda o, f, s, sh, r: f[id(s)] * math.pi / 180),
}


def derivations(each=9, seed=1):
    """(kind, how it may be told, graph, leaves only, numbers by step, the first wrong step)."""
    rng = Random(seed)
    names = list(GRAPHS)
    for kind, (told, wrong) in (*LOCAL.items(), *NUMBER.items()):
        made = 0
        rng.shuffle(names)
        for name in names * 3:
            if made == each:
                break
            order = written(name)
            case = _local(order, wrong, rng) if kind in LOCAL else _number(order, wrong, rng)
            if case is None:
                continue
            first, right, everything, leaves_too = case
            only_leaves = made % 3 == 2 and leaves_too is not None
            chosen = [s for s in order if s.op == "leaf"] if only_leaves else order
            numbers = leaves_too if only_leaves else everything
            given = {s: numbers[id(s)] for s in chosen}
            if all(same(given[s], right[id(s)]) for s in chosen):
                continue
            made += 1
            yield kind, told, name, only_leaves, order, given, None if only_leaves else first


def same(a, b):
    return abs(a - b) <= 1e-6 * max(abs(a), abs(b))


def _local(order, wrong, rng):
    edges = [(s, i) for s in order for i, x in enumerate(s.inputs) if x.op != "number"]
    rng.shuffle(edges)
    right = gradients(order)
    above = uses(order)
    for s, i in edges:
        try:
            d = wrong(s, i)
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        if d is None or same(d, s.slopes[i]) or not right[id(s)]:
            continue
        x = s.inputs[i]
        number = sum(
            right[id(c)] * (d if (c, k) == (s, i) else c.slopes[k]) for c, k in above[id(x)]
        )
        everything = gradients(order, node=x, number=number)
        return x, right, everything, gradients(order, wrong={(s, i): d})
    return None


def _number(order, wrong, rng):
    right = gradients(order)
    above = uses(order)
    steps = [s for s in order[:-1] if right[id(s)]]
    rng.shuffle(steps)
    for s in steps:
        number = wrong(order, right, s, above[id(s)], rng)
        if number is None or same(number, right[id(s)]) or not math.isfinite(number):
            continue
        everything = gradients(order, node=s, number=number)
        leaves_too = {**right, id(s): number} if s.op == "leaf" else None
        return s, right, everything, leaves_too
    return None


__all__ = ["derivations", "textbook"]
