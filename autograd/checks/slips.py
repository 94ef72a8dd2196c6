"""Slips: what a derivation with one mistake, and right otherwise, would give.

Invariant: a slip is offered only if a derivation with this one slip, and right otherwise, gives the
number that was given.  A gradient is linear in each local derivative between its node and the
output, so each candidate is the true gradient plus one changed term; the nodes whose numbers were
given right bound the search from above.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations, permutations
from typing import NamedTuple

from autograd import functions
from autograd.checks.rounding import ROUNDING, adjoints, near
from autograd.core.context import Scope
from autograd.core.graph import push
from autograd.core.primitives import ARITHMETIC
from autograd.core.value import Value
from autograd.words import number, visible

MOST_PATHS = 10  # whose subsets are tried: 2^10 sums
Form = Callable[[float, float], tuple[float, ...]]

# How a derivative is written by hand: its factors, from the input x and the output y.
FORMS: dict[str, Form] = {
    "sigmoid": lambda x, y: (y, 1.0 - y),
    "tanh": lambda x, y: (1.0 - y * y,),
    "relu": lambda x, y: (float(x > 0.0),),
    "exp": lambda x, y: (y,),
    "log": lambda x, y: (1.0 / x,),
    "reciprocal": lambda x, y: (-1.0, y, y),
    "sqrt": lambda x, y: (0.5, 1.0 / y),
    "sin": lambda x, y: (math.cos(x),),
    "cos": lambda x, y: (-1.0, math.sin(x)),
    "tan": lambda x, y: (1.0 + y * y,),
    "absolute": lambda x, y: (float(x > 0.0) - float(x < 0.0),),
    "softplus": lambda x, y: (1.0 / (1.0 + math.exp(-x)),),
    "expm1": lambda x, y: (y + 1.0,),
    "log1p": lambda x, y: (1.0 / (1.0 + x),),
}


def same(given: float, true: float, terms: float, digits: int | None) -> bool:
    """Whether `given` is `true`, a sum of terms of this size, in so many significant digits."""
    unit = 0.0
    if digits is not None and true:
        unit = 10.0 ** (math.floor(math.log10(abs(true))) + 1 - digits)
    return near(given, true, 1e-9, 0.5 * unit + ROUNDING * terms)


def name(v: Value) -> str:
    """The label, or the operation with what it is applied to, or the number."""
    if v.label is not None:
        return visible(v.label)
    if v.op is None:
        return number(v.data)
    return f"{v.op}({', '.join(visible(x.label or x.op or number(x.data)) for x in v.inputs)})"


def signed(x: float) -> str:
    """The number, in brackets where it has a sign."""
    return f"({number(x)})" if x < 0.0 else number(x)


# --- the graph between a node and the output ---


class Use(NamedTuple):
    """One use of a node by another, or by a composite as a whole: an edge of the graph."""

    consumer: Value  # of a composite its output
    input: Value
    kind: str  # the name of the operation or the composite
    slot: int
    partial: float
    adjoint: float  # d(y)/d(consumer)
    below: float  # d(input)/d(the node in question)

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return f"at {name(self.consumer)} by {name(self.input)}"


Found = dict[Value, tuple[float, float]]


def shares_of(found: Found, v: Value) -> list[Use]:
    """The uses of a node, in the order of the sweep: from the output backwards."""
    return [
        Use(c, v, c.op or "", slot, d, found[c][0], 1.0)
        for c in reversed(found)
        for slot, (x, d) in enumerate(zip(c.inputs, c.partials, strict=True))
        if x is v and d is not None
    ]


def uses_above(found: Found, v: Value, right: set[Value]) -> list[Use]:
    """All edges on paths from v up to y, or up to the first node that was given right."""
    below = {v: 1.0}  # d(node)/d(v)
    uses = []
    for c in found:
        slopes = [
            (slot, x, d)
            for slot, (x, d) in enumerate(zip(c.inputs, c.partials, strict=True))
            if x in below and d is not None
        ]
        if slopes and c is not v:
            uses += [Use(c, x, c.op or "", s, d, found[c][0], below[x]) for s, x, d in slopes]
            if c not in right:
                below[c] = sum(below[x] * d for _, x, d in slopes)
    return uses + _composites(found, below)


def _composites(found: Found, below: dict[Value, float]) -> list[Use]:
    """Uses of a node by composites of one input and one output, whose derivative has a form."""
    members: dict[Scope, list[Value]] = {}
    outside: dict[Scope, set[Value]] = {}
    for v in found:
        path = () if v.scope is None else v.scope.path
        for scope in path:
            members.setdefault(scope, []).append(v)
        for x in v.inputs:
            inner = () if x.scope is None else x.scope.path
            for scope in inner:
                if scope not in path:
                    outside.setdefault(scope, set()).add(x)
    y = next(reversed(found))
    uses = []
    for v in found:
        under = _sigmoid_of(v)
        if under in below and "sigmoid" not in v.scopes:
            slope = v.data * (1.0 - v.data)
            uses.append(Use(v, under, "sigmoid", 0, slope, found[v][0], below[under]))
    for scope, nodes in members.items():
        if scope.name not in FORMS:
            continue
        inside = set(nodes)
        inputs = {x for v in nodes for x in v.inputs if x not in inside and not x.is_literal}
        outputs = outside.get(scope, set()) | ({y} & inside)
        if len(inputs) == 1 and len(outputs) == 1:
            (x,), (output,) = inputs, outputs
            if x in below:
                slope = push(nodes, {x: 1.0})[output]
                a = found[output][0]
                uses.append(Use(output, x, scope.name, 0, slope, a, below[x]))
    return uses


def _sigmoid_of(v: Value) -> Value | None:
    """x where v is 1 / (1 + exp(-x)), written out."""
    if v.op == "reciprocal" and v.inputs[0].op == "add":
        for e, one in permutations(v.inputs[0].inputs):
            if one.is_literal and one.data == 1.0 and e.op == "exp":
                for x, minus in permutations(e.inputs[0].inputs):
                    if e.inputs[0].op == "mul" and minus.is_literal and minus.data == -1.0:
                        return x
    return None


# --- slips ---


def slips(
    found: Found, v: Value, given: float, right: set[Value], digits: int | None = None
) -> list[str]:
    """Each single slip after which the gradient of v would be the given number, in words."""
    if v not in found:
        return []
    true, terms = found[v]
    uses = uses_above(found, v, right)
    told: dict[str, None] = {}
    for text, candidate in candidates(found, v, true, uses):
        if math.isfinite(candidate) and same(given, candidate, terms, digits):
            told[text] = None
    return _brief(list(told))


def _brief(told: list[str]) -> list[str]:
    """At most three places for each kind of slip, and none where the whole is told already."""
    kinds: Counter[str] = Counter()
    lines = []
    for text in told:
        kind, _, place = text.partition(":")
        kinds[kind] += 1
        if kinds[kind] <= 3 and not (place and kind in told):
            lines.append(text)
    return lines


def candidates(found: Found, v: Value, true: float, uses: list[Use]) -> Iterator[tuple[str, float]]:
    """Every single slip in the gradient of v, in words, and the number that it leads to."""
    yield "wrong sign", -true
    if true:
        yield f"the reciprocal: of the gradient {number(true)} itself", 1.0 / true
    yield from _forgotten_paths(v, true, uses)
    for text, power in (("forgotten", 0), ("squared", 2)):
        incoming = [use.adjoint**power * use.partial for use in shares_of(found, v)]
        yield f"a factor {text}: the incoming gradient", sum(incoming)
    yield from _forgotten_target(found, v, true, uses)
    for n in dict.fromkeys(filter(None, map(_divisor, uses))):
        yield f"a missing mean (factor N = {n}): the sum was differentiated", true * n
        yield f"the mean taken twice (factor N = {n})", true / n
    yield from _of_wholes(v, true, uses)
    alike: dict[tuple[str, str, int], dict[Use, float]] = {}
    for use in uses:
        seen: Counter[str] = Counter()
        for text, partial in local(use):
            yield text, true + use.adjoint * (partial - use.partial) * use.below
            slip = text.split(":")[0]
            seen[slip] += 1
            alike.setdefault((use.kind, slip, seen[slip]), {})[use] = partial
    for (kind, slip, _), changed in alike.items():
        if len(changed) > 1:
            yield f"{slip}: at every {kind}", _total(v, uses, changed)


def _of_wholes(v: Value, true: float, uses: list[Use]) -> Iterator[tuple[str, float]]:
    """Slips in more than one edge: an inner derivative, a product, a quotient."""
    into = _edges(uses)
    for c, parts in into.items():
        adjoint = parts[0].adjoint
        slope = sum(use.partial * use.below for use in parts)
        if len(parts) > 1 or parts[0].input is not v:  # else it is a local derivative
            inner = f"the inner derivative {number(slope)} of {name(c)} by {name(v)}"
            yield f"a factor forgotten: {inner}", true + adjoint * (1.0 - slope)
        if c.op == "mul" and len(parts) == 2 and parts[0].input is not parts[1].input:
            product = parts[0].below * parts[1].below
            what = f"the product of the derivatives for that of the product: at {name(c)}"
            yield what, true + adjoint * (product - slope)
        if c.op == "divide" and len(parts) == 2 and parts[1].below:
            quotient = parts[0].below / parts[1].below
            what = f"the quotient of the derivatives for that of the quotient: at {name(c)}"
            yield what, true + adjoint * (quotient - slope)
        if c.op == "divide" and len(parts) == 1 and parts[0].slot == 1:
            numerator = true + adjoint * (parts[0].below / parts[0].input.data - slope)
            text = f"the derivative by the numerator for that by the denominator: {parts[0].place}"
            yield text, numerator


def _edges(uses: list[Use]) -> dict[Value, list[Use]]:
    """The edges into each consumer; a composite's parts, and so not the composite as a whole."""
    into: dict[Value, list[Use]] = {}
    for use in uses:
        if use.kind == use.consumer.op:
            into.setdefault(use.consumer, []).append(use)
    return into


def _total(v: Value, uses: list[Use], changed: dict[Use, float]) -> float:
    """The gradient of v with other partials at some uses; a composite's in place of its parts."""
    whole = {use.consumer: use for use in changed if use.kind != use.consumer.op}
    into = _edges(uses)
    inner = {use.input for use in uses}
    below = {v: 1.0}
    total = 0.0
    for c, parts in into.items():
        parts = [whole[c]] if c in whole else parts
        slope = sum(changed.get(use, use.partial) * below[use.input] for use in parts)
        if c in inner:
            below[c] = slope
        else:
            total += parts[0].adjoint * slope
    return total


def _forgotten_target(
    found: Found, v: Value, true: float, uses: list[Use]
) -> Iterator[tuple[str, float]]:
    """y instead of y - t, where the score of the target goes into softmax with loss."""
    losses = {c: None for c in found if "softmax_cross_entropy" in c.scopes}
    if any(use.input is v and use.consumer in losses for use in uses) and (true < 0.0):
        whole = next(reversed(losses))  # the last node of it is its output
        for n in {1, *filter(None, map(_divisor, uses))}:
            yield (
                "a path forgotten: that of the target, y instead of y - t",
                true + found[whole][0] / n,
            )


def _divisor(use: Use) -> int | None:
    """N where this use divides by a literal N > 1, or multiplies by a literal 1/N."""
    if use.kind != "mul" and (use.kind != "divide" or use.slot == 1):
        return None
    other = use.consumer.inputs[1 - use.slot]
    n = 1.0 / use.partial if use.partial else 0.0
    whole = round(n) if abs(n) < 1e9 else 0
    literal = other.is_literal
    return whole if literal and whole > 1 and abs(n - whole) < 1e-9 * whole else None


def _forgotten_paths(v: Value, true: float, uses: list[Use]) -> Iterator[tuple[str, float]]:
    """Sums that lack some of the paths; with only the first or last share, `=` for `+=`."""
    shares: dict[Value, list[Use]] = {}
    for use in reversed(uses):  # in the order of the sweep
        if use.kind == use.consumer.op:  # a composite's parts are there already
            shares.setdefault(use.input, []).append(use)
    for node in (v, *(x for x in shares if x is not v)):
        parts = shares.get(node, [])
        if len(parts) < 2:
            continue
        products = [use.adjoint * use.partial * use.below for use in parts]
        rest = true - sum(products)
        for which, i in (("last", -1), ("first", 0)):
            left = f"only the {which} share, from {name(parts[i].consumer)}, is left"
            yield f"`=` instead of `+=`: at {name(node)} {left}", rest + products[i]
        names = [name(use.consumer) for use in parts]
        for lost, candidate in _without(names, products):
            yield f"a path forgotten: into {name(node)} from {lost}", rest + candidate
    paths = _paths(v, shares)
    for lost, candidate in _without([text for text, _ in paths], [p for _, p in paths]):
        yield f"a path forgotten: {lost}", candidate


def _without(names: list[str], terms: list[float]) -> Iterator[tuple[str, float]]:
    """The sum without some of the terms, and the names of those; fewer lost ones first.

    Of more than a few terms only one is left out at a time.
    """
    some = [i for i, term in enumerate(terms) if term]
    most = len(some) if len(some) <= MOST_PATHS else 2
    for lost in (c for size in range(1, most) for c in combinations(some, size)):
        kept = sum(terms) - sum(terms[i] for i in lost)
        yield ", ".join(names[i] for i in lost), kept


def _paths(v: Value, above: dict[Value, list[Use]]) -> list[tuple[str, float]]:
    """Each path from v upwards: its nodes and its product; none if there are more than a few."""
    open_paths: list[tuple[Value, str, float]] = [(v, name(v), 1.0)]
    paths: list[tuple[str, float]] = []
    steps = 0
    while open_paths:
        node, text, product = open_paths.pop()
        for use in above.get(node, ()):
            steps += 1
            further = f"{text} → {name(use.consumer)}"
            if use.consumer in above:
                open_paths.append((use.consumer, further, product * use.partial))
            else:
                paths.append((further, product * use.partial * use.adjoint))
        if len(paths) + len(open_paths) > MOST_PATHS or steps > 1000:
            return []
    return paths


def local(use: Use) -> Iterator[tuple[str, float]]:
    """What could stand in the place of one local derivative."""
    p, place = use.partial, use.place
    yield f"wrong sign: of the local derivative {number(p)} {place}", -p
    yield f"a factor forgotten: the local derivative {number(p)} {place}", 1.0
    yield f"a factor squared: the local derivative {number(p)} {place}", p * p
    if p:
        yield f"the reciprocal: of the local derivative {number(p)} {place}", 1.0 / p
    x, y = use.input.data, use.consumer.data
    belongs = f"the output used where the input belongs: {number(y)} for {number(x)} {place}"
    reverse = f"the input used where the output belongs: {number(x)} for {number(y)} {place}"
    if use.kind == "mul":
        own = f"the inputs of a product not swapped: {number(x)} instead of {number(p)} {place}"
        belongs = f"the output used where the input belongs: {number(y)} for {number(p)} {place}"
        yield from ((own, x), (belongs, y))
        return
    if use.kind == "add":
        factor = use.consumer.inputs[1 - use.slot].data
        yield f"the derivative of mul for that of add: {place}", factor
        return
    form = _form(use)
    if form is None:
        return
    yield from _product(belongs, form, y, y)
    yield from _product(reverse, form, x, x)
    if use.kind in FORMS:
        yield from _product(belongs, form, y, _function(use.kind, y))
    for u in use.input.inputs:
        if not u.is_literal:
            inner = f"{number(u.data)} for {number(x)} {place}"
            text = f"the inner function's input used where its output belongs: {inner}"
            there = _function(use.kind, u.data) if use.kind in FORMS else y
            yield from _product(text, form, u.data, there)
    factors = _numbers(form, x, y)
    if use.kind == "power":
        if x:
            yield f"a factor forgotten: one {number(x)} of {number(p)} {place}", p / x
        yield f"the exponent not lowered: {place}", p * x
    for i, factor in enumerate(factors if len(factors) > 1 else ()):
        if factor != -1.0:
            rest = math.prod(factors[:i] + factors[i + 1 :])
            what = f"{number(factor)} of {number(p)} {place}"
            yield f"a factor forgotten: {what}", rest
            yield f"a factor squared: {what}", p * factor
    for other, derivative in FORMS.items():
        if other != use.kind:
            text = f"the derivative of {other} for that of {use.kind}: {place}"
            yield from _product(text, derivative, x, _function(other, x))
            if other in ("sigmoid", "tanh"):  # y (1 - y) with the y that is at hand
                yield from _product(text, derivative, x, y)


def _form(use: Use) -> Form | None:
    """The derivative of this use by hand; of a power with a plain exponent n xⁿ⁻¹."""
    if use.kind == "power" and use.slot == 0:
        n = use.consumer.inputs[1].data
        return lambda x, y: (n, x ** (n - 1.0))
    if use.kind == "divide":
        b = use.consumer.inputs[1].data
        return (lambda x, y: (-1.0, y, 1.0 / x)) if use.slot else (lambda x, y: (1.0 / b,))
    return FORMS.get(use.kind)


def _function(kind: str, x: float) -> float:
    """The function of that name, of FORMS, at x; NaN where it is not defined."""
    try:
        y = getattr(functions, kind)(x)
    except ARITHMETIC:
        return math.nan
    return y  # type: ignore[no-any-return]


def _numbers(form: Form, x: float, y: float) -> tuple[float, ...]:
    """The factors at these numbers; none where they are not defined."""
    try:
        factors = form(x, y)
    except ARITHMETIC:
        return ()
    real = all(isinstance(f, float) and math.isfinite(f) for f in factors)
    return factors if real else ()


def _product(text: str, form: Form, x: float, y: float) -> Iterator[tuple[str, float]]:
    factors = _numbers(form, x, y)
    if factors:
        yield text, math.prod(factors)


# --- the shares of a graph, for exercises ---


class Shares:
    """The shares that the gradients of a graph are sums of, each with the slips that spoil it."""

    def __init__(self, y: Value) -> None:
        self.found = adjoints(y)

    def rounded(self, v: Value, share: float) -> float:
        """The share of v's gradient, 0 where it is what rounding has left of the others."""
        return 0.0 if abs(share) <= ROUNDING * self.found[v][1] else share

    def wrong(
        self,
        share: float,
        consumer: Value | None = None,
        v: Value | None = None,
        kind: str = "",
        slot: int = 0,
        partial: float = 0.0,
    ) -> list[tuple[str, float]]:
        """Single slips in a number, with what they lead to; in the share that v has from this use.

        Without a use: in any number at all.
        """
        told = {"wrong sign": -share} | ({"the reciprocal": 1.0 / share} if share else {})
        if consumer is None or v is None:
            return list(told.items())
        found = self.found
        use = Use(consumer, v, kind, slot, partial, found[consumer][0], 1.0)
        told["a factor forgotten: the incoming gradient"] = partial
        told["a factor squared: the incoming gradient"] = use.adjoint**2 * partial
        for text, other in local(use):
            told.setdefault(text, use.adjoint * other)
        above = uses_above(found, consumer, set())
        for text, adjoint in candidates(found, consumer, use.adjoint, above):
            told.setdefault(f"{text}, further up", adjoint * partial)
        return list(told.items())
