"""The catalogue of slips: each single one in a gradient, with the number that it leads to.

Invariant: a candidate is the gradient that follows from the numbers given above, with one changed
term; what is searched is bounded, whatever the graph.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import combinations

from autograd.checks.forms import FORGOTTEN, INTEGRAL, NOUNS
from autograd.checks.local import STEP, local
from autograd.checks.region import MOST_EDGES, Region, Slip, divisor, number
from autograd.checks.rounding import near
from autograd.checks.written import Edge
from autograd.core.value import Value

TARGET = "the target put to the wrong class"
MOST_PATHS = 10  # whose subsets are tried: 2^10 sums
CONSTANTS = {  # factors that are forgotten, or put where there is none
    "2": 2.0, "ln 2": math.log(2.0), "ln 10": math.log(10.0), "π/180": math.pi / 180.0,
    "3": 3.0, "π": math.pi, "10": 10.0, "100": 100.0, "4": 4.0,
}  # fmt: skip


def candidates(region: Region) -> Iterator[Slip]:
    """Every single slip in the gradient of the region's node, and the number that it leads to."""
    yield from _of_the_number(region)
    yield from _shares(region)
    yield from _paths_forgotten(region)
    yield from _of_steps(region)
    yield from _one_edge(region)
    yield from _of_two_factors(region)
    if region.given:  # a rule for the whole may have been taken though the parts were given
        whole = Region(region.written, {}, region.node)
        if near(whole.true, region.true, 1e-9, 0.0):
            for slip in _of_two_factors(whole):
                yield slip._replace(cost=slip.cost + 0.3)
    yield from _everywhere(region)
    yield from _another_node(region)
    yield from _ratios(region)


def _of_the_number(region: Region) -> Iterator[Slip]:
    true, v = region.true, region.node
    yield Slip("wrong sign", -true, 1.0)
    if true:
        yield Slip(f"zero: {region.name(v)} was treated as a constant", 0.0, 1.8)
        yield Slip(f"the reciprocal: of the gradient {number(true)} itself", 1.0 / true, 4.5)
    yield Slip("the gradient times the node's own value", true * v.data, 4.2)
    yield Slip("the node's own value for its gradient", v.data, 4.0)
    if v.data:
        yield Slip("the gradient divided by the node's own value", true / v.data, 4.4)
        for n, power in ((2, "²"), (3, "³")):
            more = f"an exponent wrong: a factor {region.name(v)}{power}"
            yield Slip(f"{more} too much", true * v.data**n, 4.4)
            yield Slip(f"{more} forgotten", true / v.data**n, 4.4)
    for n in dict.fromkeys(filter(None, map(partial(divisor, region.written), region.edges))):
        yield Slip(f"a missing mean: not divided by N = {n}", true * n, 1.3)
        yield Slip(f"the mean taken twice: divided by N = {n} again", true / n, 1.6)
        yield Slip(f"the mean over N − 1 (N = {n})", true * n / (n - 1), 2.5)
        yield Slip(f"the mean over N + 1 (N = {n})", true * n / (n + 1), 3.5)
    yield Slip("counted twice: the whole gradient", 2.0 * true, 2.4)
    yield Slip("a factor 2: half of the gradient", 0.5 * true, 2.6)
    if v.label is not None or v.op is None:
        yield Slip("1 for the gradient", 1.0, 4.8)


def _shares(region: Region) -> Iterator[Slip]:
    """Slips in what a node gets from its uses: the incoming gradient, sums, shifted indices."""
    shares, v = region.shares, region.node
    above = [region.adjoint(e.consumer) for e in shares]
    slopes = [e.partial for e in shares]
    pairs = list(zip(above, slopes, strict=True))
    if shares and any(a != 1.0 for a in above):
        incoming = "the incoming gradient"
        yield Slip(f"a factor forgotten: {incoming}", sum(slopes), 1.9)
        yield Slip(f"a factor squared: {incoming}", sum(a * a * p for a, p in pairs), 4.0)
        yield Slip("the incoming gradient alone, without the local derivative", sum(above), 2.2)
        if all(slopes):
            yield Slip("divided, not multiplied: by the local derivative",
                       sum(a / p for a, p in pairs), 3.0)  # fmt: skip
        if all(above):
            yield Slip("divided, not multiplied: by the incoming gradient",
                       sum(p / a for a, p in pairs), 3.2)  # fmt: skip
    if shares:
        yield Slip("added, not multiplied: the incoming gradient and the local derivative",
                   sum(a + p for a, p in pairs), 2.7)  # fmt: skip
    if len(shares) > 1:
        for which, i in (("last", 0), ("first", -1)):
            left = f"only the {which} share, from {region.name(shares[i].consumer)}, is left"
            at = f"`=` instead of `+=`: at {region.name(v)} {left}"
            edits = {e: 0.0 for j, e in enumerate(shares) if j != i % len(shares)}
            yield Slip(at, above[i] * slopes[i], 1.6, edits)
        yield Slip(f"the shares multiplied, not added: at {region.name(v)}",
                   math.prod(a * p for a, p in pairs), 3.0)  # fmt: skip
        yield Slip(f"the mean of the shares for their sum: at {region.name(v)}",
                   region.true / len(shares), 2.8)  # fmt: skip
        integrals = [
            [slip.number for slip in local(region.written, e) if slip.kind == INTEGRAL]
            for e in shares
        ]
        if all(integrals):
            edits = {e: numbers[0] for e, numbers in zip(shares, integrals, strict=True)}
            yield Slip(f"{INTEGRAL}: every share", region.edited(edits), 2.6, edits)
        for by in (1, -1) if len(set(above)) > 1 and len(set(slopes)) > 1 else ():
            text = f"all shares shifted by one step: at {region.name(v)}"
            yield Slip(text, sum(a * p for a, p in zip(above[by:], slopes, strict=False)), 3.2)
            yield Slip(text, sum(a * p for a, p in zip(above, slopes[by:], strict=False)), 3.2)
            turned = above[by:] + above[:by]
            yield Slip(text, sum(a * p for a, p in zip(turned, slopes, strict=True)), 3.4)
        means = list(
            dict.fromkeys(filter(None, map(partial(divisor, region.written), region.edges)))
        )
        for e, a, p in zip(shares, above, slopes, strict=True):
            place = region.place(e)
            for n in means:
                more = region.true + (n - 1) * a * p, region.true + (1 / n - 1) * a * p
                yield Slip(
                    f"a missing mean: not divided by N = {n}, in the share {place}", more[0], 1.9
                )
                yield Slip(
                    f"the mean taken twice: divided by N = {n} again, in the share {place}",
                    more[1],
                    2.0,
                )
            yield Slip(f"counted twice: the share {place}", region.true + a * p, 2.4)
            yield Slip(f"a factor forgotten: the incoming gradient {place}",
                       region.true + p - a * p, 2.3)  # fmt: skip
            yield Slip(f"wrong sign: of the share {number(a * p)} {place}",
                       region.true - 2.0 * a * p, 1.7, {e: -p})  # fmt: skip


# --- paths ---


def _paths_forgotten(region: Region) -> Iterator[Slip]:
    """Sums that lack some of the paths."""
    v = region.node
    shares: dict[Value, list[Edge]] = {}
    for e in region.edges:
        shares.setdefault(e.input, []).append(e)
    for node in (v, *(x for x in shares if x is not v)):
        parts = shares.get(node, [])
        if len(parts) < 2:
            continue
        for lost in _subsets(len(parts)):
            edits = {parts[i]: 0.0 for i in lost}
            names = ", ".join(region.name(parts[i].consumer) for i in lost)
            cost = 1.7 + 0.2 * len(lost) + 0.3 * (node is not v)
            text = f"a path forgotten: into {region.name(node)} from {names}"
            yield Slip(text, region.with_partials(edits), cost, edits)
        if node is not v:
            for which, e in (("last", parts[-1]), ("first", parts[0])):
                rest = {other: 0.0 for other in parts if other is not e}
                left = f"only the {which} share, from {region.name(e.consumer)}, is left"
                text = f"`=` instead of `+=`: at {region.name(node)} {left}"
                yield Slip(text, region.with_partials(rest), 2.0, rest)
    for e in region.edges:  # a node on the way treated as a constant
        if (
            e.input is not v
            and len(shares.get(e.input, ())) == 1
            and len(region.into[e.consumer]) > 1
        ):
            text = f"a path forgotten: {region.name(e.input)} was treated as a constant"
            yield Slip(text, region.with_partials({e: 0.0}), 1.9, {e: 0.0})
    paths = _paths(region, v, shares)
    for lost in _subsets(len(paths)):
        kept = region.true - sum(paths[i][1] for i in lost)
        names = ", ".join(paths[i][0] for i in lost)
        yield Slip(f"a path forgotten: {names}", kept, 2.3 + 0.2 * len(lost))


def _subsets(n: int) -> Iterator[tuple[int, ...]]:
    """What may be left out of n: fewer first; of more than a few only one at a time."""
    most = n if n <= MOST_PATHS else 2
    return (c for size in range(1, most) for c in combinations(range(n), size))


def _paths(region: Region, v: Value, above: Mapping[Value, list[Edge]]) -> list[tuple[str, float]]:
    """Each path from v upwards: its nodes and its product; none if there are more than a few."""
    open_paths: list[tuple[Value, str, float]] = [(v, region.name(v), 1.0)]
    paths: list[tuple[str, float]] = []
    steps = 0
    while open_paths:
        node, text, product = open_paths.pop()
        for e in above.get(node, ()):
            steps += 1
            further = f"{text} → {region.name(e.consumer)}"
            if e.consumer in region.below:
                open_paths.append((e.consumer, further, product * e.partial))
            if e.consumer not in above:
                paths.append((further, product * e.partial * region.adjoint(e.consumer)))
        if len(paths) + len(open_paths) > MOST_PATHS or steps > 1000:
            return []
    return paths


# --- steps with several edges: inner derivatives, products, quotients, softmax ---


def _of_steps(region: Region) -> Iterator[Slip]:
    """Inner derivatives, and composites with several inputs."""
    v, name = region.node, region.name
    means = set(filter(None, map(partial(divisor, region.written), region.edges)))
    for c, parts in region.into.items():
        adjoint = region.adjoint(c)
        slope = sum(e.partial * region.below[e.input] for e in parts)
        local_alone = len(parts) == 1 and parts[0].input is v
        if not local_alone and slope != -1.0:
            inner = f"the inner derivative {number(slope)} of {name(c)} by {name(v)}"
            for kind, there, cost in (
                *((FORGOTTEN, 1.0, 1.9), ("a factor squared", slope * slope, 3.0)),
                ("counted twice", 2.0 * slope, 3.0),
            ):
                yield Slip(f"{kind}: {inner}", region.true + adjoint * (there - slope), cost)
        if adjoint and adjoint != 1.0 and region.steps[c] > 1:
            text = f"{FORGOTTEN}: the incoming gradient of {name(c)}"
            for n in means:
                if near(adjoint * n, 1.0, 1e-9, 0.0):
                    text = f"a missing mean: not divided by N = {n}, in the term {name(c)}"
            shares = {e: e.partial / adjoint for e in parts}
            yield Slip(text, region.true + (1.0 - adjoint) * slope, 2.0, shares)
        e = parts[0]
        by_denominator = (e.kind, e.slot) in (("divide", 1), ("reciprocal", 0))
        if by_denominator and len(parts) == 1 and e.input is not v and region.below[e.input]:
            top = c.inputs[0].data if e.kind == "divide" else 1.0
            there = top / region.below[e.input]
            text = f"a wrong rule: 1/g' for the derivative of 1/g at {name(c)}"
            yield Slip(text, region.true + adjoint * (there - slope), 2.4)
        for e in parts:
            if e.input is not v and e.partial and region.below[e.input] not in (0.0, -1.0):
                inner = f"the inner derivative {number(region.below[e.input])} {region.place(e)}"
                at_one = region.true + adjoint * e.partial * (1.0 - region.below[e.input])
                yield Slip(f"{FORGOTTEN}: {inner}", at_one, 2.0)
        if parts[0].kind == "softmax":
            yield from _softmax(region, parts)
        if parts[0].kind == "softmax_cross_entropy":
            yield from _scores(region, parts)
    yield from _target(region)


def _of_two_factors(region: Region) -> Iterator[Slip]:
    """The product rule and the quotient rule, where both factors depend on the node."""
    for c, parts in region.into.items():
        if len(parts) != 2 or parts[0].input is parts[1].input:
            continue
        df, dg = (region.below[e.input] for e in parts)
        f, g = (e.input.data for e in parts)
        slope = sum(e.partial * region.below[e.input] for e in parts)
        rules: tuple[tuple[str, float, float], ...] = ()
        if parts[0].kind == "mul":
            rules = (
                ("the product of the derivatives for that of the product: f' g'", df * dg, 1.8),
                ("the inputs of a product not swapped: f f' + g g'", f * df + g * dg, 1.9),
                ("wrong sign: f' g − f g'", df * g - f * dg, 2.0),
                ("wrong sign: f g' − f' g", f * dg - df * g, 2.1),
                ("a wrong rule: f' + g' for the product", df + dg, 2.4),
            )
        elif parts[0].kind == "divide":
            quotient = df / dg if dg else math.nan
            rules = (
                ("a wrong rule: the quotient of the derivatives, f'/g'", quotient, 1.8),
                ("a wrong rule: the quotient rule without the square", slope * g, 1.8),
                ("wrong sign: the quotient rule turned round", -slope, 1.8),
                ("wrong sign: f' g + f g' in the quotient rule", (df * g + f * dg) / (g * g), 1.8),
                ("a factor forgotten: the denominator g²", df * g - f * dg, 2.0),
                ("a wrong rule: the product rule for the quotient", df * g + f * dg, 2.4),
            )
        for text, there, cost in rules:
            found = region.true + region.adjoint(c) * (there - slope)
            yield Slip(f"{text} at {region.name(c)}", found, cost)


def _softmax(region: Region, parts: list[Edge]) -> Iterator[Slip]:
    """The Jacobian y_i (δ_ij − y_j), written wrong in all its entries."""
    scope = parts[0].consumer.scope
    edges = [
        e
        for into in region.written.into.values()
        for e in into
        if e.kind == "softmax" and e.consumer.scope is scope
    ]
    at = f"at {region.name(parts[0].consumer)}"
    for text, form, cost in (
        ("a path forgotten: only y (1 − y), not −y yₖ of the other outputs",
         lambda own, p, y: p if own else 0.0, 1.6),
        ("wrong sign: +y yₖ for −y yₖ", lambda own, p, y: abs(p), 1.8),
        ("the function for its derivative: y for y (1 − y)",
         lambda own, p, y: y if own else 0.0, 2.2),
        ("a wrong rule: y (1 − y) for every entry", lambda own, p, y: y * (1.0 - y), 2.2),
        ("a factor forgotten: −y for −y yₖ", lambda own, p, y: p if own else -y, 2.4),
        ("a factor forgotten: (1 − y) of y (1 − y)", lambda own, p, y: y if own else p, 2.2),
        ("a factor forgotten: y of y (1 − y)", lambda own, p, y: p / y if y else p, 2.2),
        ("a wrong rule: tanh's 1 − y²", lambda own, p, y: 1.0 - y * y if own else 0.0, 2.6),
        ("a wrong rule: the gradient passed on, as by identity",
         lambda own, p, y: float(own), 2.4),
    ):  # fmt: skip
        edits = {e: form(e.partial > 0.0, e.partial, e.consumer.data) for e in edges}  # type: ignore[no-untyped-call]
        yield Slip(f"{text} {at}", region.edited(edits),
                   cost, edits)  # fmt: skip


def _scores(region: Region, parts: list[Edge]) -> Iterator[Slip]:
    """(y − t) / N of softmax with loss, written wrong."""
    c = parts[0].consumer
    n = divisor(region.written, parts[0]) or 1
    scores = len(region.written.into[c]) // n
    turned = {e: -e.partial for e in region.written.into[c]}
    yield Slip("wrong sign: t − y for y − t", region.edited(turned), 1.2, turned)
    yield Slip(f"a mean where there is none: divided by the number of scores, {scores}",
               region.true / scores, 1.9,
               {e: e.partial / scores for e in region.written.into[c]})  # fmt: skip
    for text, form, cost in (
        ("a wrong rule: y (1 − y) once more, times y − t",
         lambda p, y: p * y * (1.0 - y), 2.0),
        ("a wrong rule: −t/y for y − t, that of the loss alone",
         lambda p, y: -1.0 / (n * y) if p < 0.0 and y else 0.0, 2.0),
        ("a wrong rule: log y for y − t", lambda p, y: math.log(y) / n if y > 0.0 else p, 3.0),
    ):  # fmt: skip
        edits = {}
        for e in region.written.into[c]:
            y = n * e.partial + (e.partial < 0.0)
            edits[e] = form(e.partial, y)  # type: ignore[no-untyped-call]
        yield Slip(f"{text} at {region.name(c)}",
                   region.edited(edits), cost, edits)  # fmt: skip


def _target(region: Region) -> Iterator[Slip]:
    """y instead of y - t, where a score goes into softmax with loss, fused or in two steps."""
    text = "y instead of y - t: the target was forgotten"
    for c, parts in region.into.items():
        if parts[0].kind == "softmax_cross_entropy":
            n = divisor(region.written, parts[0]) or 1
            edits = {e: e.partial + 1.0 / n for e in region.written.into[c] if e.partial < 0.0}
            for e in edits if len(edits) > 1 else ():  # at one row of the batch
                yield Slip(text, region.edited({e: edits[e]}), 2.2, {e: edits[e]})
            yield Slip(text, region.edited(edits), 1.4, edits)
            for e in parts:
                if e.partial > 0.0:
                    moved = {e: e.partial - 1.0 / n}
                    yield Slip(f"{TARGET}: y − 1 for y", region.edited(moved), 2.2, moved)
        if parts[0].kind == "softmax" and c in region.written.inside:
            scores = len(region.written.inside[c][1])
            none = "a mean where there is none: divided by the number of scores"
            yield Slip(f"{none}, {scores}", region.true / scores, 2.2)
            if region.true > 0.0:
                yield Slip(f"{TARGET}: y − 1 for y", region.true - 1.0, 2.3)
        if parts[0].kind in ("softmax", "sigmoid") and region.true:
            for e in parts:
                if e.input is region.node and (e.kind == "sigmoid" or e.partial > 0.0):
                    divisors = filter(None, map(partial(divisor, region.written), region.edges))
                    for n in {1, *divisors}:
                        yield Slip(text, c.data / n, 2.1)


# --- one edge, and one rule everywhere ---


def _one_edge(region: Region) -> Iterator[Slip]:
    for e in region.edges:
        scale = region.adjoint(e.consumer) * region.below[e.input]
        further = 0.03 * min(10, region.steps[e.consumer] - 1)
        place = region.place(e)
        for slip in local(region.written, e):
            text = f"{slip.kind}: {slip.detail} {place}" if slip.detail else f"{slip.kind}: {place}"
            found = region.true + scale * (slip.number - e.partial)
            edits = {e: slip.number}
            if e.kind in ("maximum", "minimum") and slip.kind.endswith("wrong input"):
                edits |= {o: o.partial - slip.number + e.partial
                          for o in region.written.into[e.consumer] if o is not e}  # fmt: skip
            yield Slip(text, found, slip.cost + further, edits)
    if len(region.edges) * len(region.written.order) <= 20_000:
        yield from _another_value(region)


def _everywhere(region: Region) -> Iterator[Slip]:
    """One wrong rule at every use of an operation: told once, before one slip for each."""
    written = region.written
    every = [e for into in written.into.values() for e in into]
    kinds = {e.kind for e in region.edges} - {"softmax", "softmax_cross_entropy", "add", "sub"}
    changed: dict[tuple[str, str, str], tuple[float, dict[Edge, float]]] = {}
    for e in every if len(every) <= MOST_EDGES else region.edges:
        seen: Counter[str] = Counter()
        for slip in local(written, e) if e.kind in kinds else ():
            seen[slip.kind] += 1
            one = sum(o.kind == e.kind for o in region.edges) == 1
            detail = slip.detail if slip.general or (one and slip.kind == STEP) else ""
            key = (e.kind, slip.kind, detail or str(seen[slip.kind]))
            changed.setdefault(key, (slip.cost, {}))[1][e] = slip.number
    for (kind, slip_kind, detail), (cost, edits) in changed.items():
        if len(edits) > 1 and len(changed) * len(every) <= 2_000_000:
            found = region.edited(edits)
            places = {e.consumer for e in edits}
            at = f"every {NOUNS.get(kind, kind)}" if len(places) > 1 else region.name(places.pop())
            text = f"{slip_kind}: at {at}" + f", {detail}" * (not detail.isdigit())
            yield Slip(text, found, cost - 0.3, edits)


# --- numbers taken from elsewhere in the graph ---


def _another_node(region: Region) -> Iterator[Slip]:
    """The gradient, or the value, of another node; a factor from there."""
    v, written = region.node, region.written
    stem = (v.label or "").partition("[")[0]
    nodes = [u for u in written.order if u is not v and not u.is_literal]
    for u in nodes if len(nodes) <= 20 * MOST_EDGES else ():
        alike = bool(stem) and u.label is not None and u.label.partition("[")[0] == stem
        partner = any(u in e.consumer.inputs for e in region.shares)
        known = u.label is not None or u in region.given
        cost = 2.2 if alike else 2.7 if partner else 3.3 if known else 4.4
        slope, true = region.adjoint(u), region.exact.get(u, 0.0)
        yield Slip(f"the gradient of another node: that of {region.name(u)}", true, cost)
        if slope != true:  # wrong too: only where it stands above could it have been taken over
            more = 0.0 if u in region.steps else 1.2
            text = f"the gradient of another node: your number at {region.name(u)}"
            yield Slip(text, slope, cost + more)
        if alike or partner:
            yield Slip(
                f"the value of another node for the gradient: {region.name(u)}", u.data, cost + 1.4
            )
            text = f"wrong sign: and the gradient of another node, {region.name(u)}"
            yield Slip(text, -slope, cost + 1.6)
        else:
            yield Slip(f"the value of another node for the gradient: {region.name(u)}", u.data, 5.0)
        if u is written.output:
            text = f"the function for its derivative: the value of {region.name(u)}"
            yield Slip(text, u.data, 3.2)
    if len(region.shares) == 1 and len(nodes) <= MOST_EDGES:
        (e,) = region.shares
        for u in nodes:
            if region.adjoint(u) == 1.0:
                continue  # that is to forget the incoming one
            text = f"another node's gradient as the incoming one: that of {region.name(u)}"
            cost = 3.0 if u.op == e.consumer.op else 3.7
            yield Slip(text, region.adjoint(u) * e.partial, cost)
            if e.kind == "mul":
                for w in nodes if len(nodes) <= 60 else ():
                    pair = f"{region.name(u)}, {region.name(w)}"
                    text = f"another's gradient times another's value: {pair}"
                    yield Slip(text, region.adjoint(u) * w.data, 5.2)
        yield from _another_use(region, e)
    elif len(region.shares) * len(nodes) <= 20_000:
        for e in region.shares:
            for u in nodes:
                text = f"another node's gradient as the incoming one: that of {region.name(u)}"
                change = (region.adjoint(u) - region.adjoint(e.consumer)) * e.partial
                yield Slip(text, region.true + change, 4.0)


def _another_use(region: Region, e: Edge) -> Iterator[Slip]:
    """The local derivative of another node of the same kind: the rule right, its numbers not."""
    others = [c for c in region.written.order if c.op == e.consumer.op and c is not e.consumer]
    for c in others if e.kind not in ("add", "sub", "mul") else ():
        for o in region.written.into.get(c, ()):
            if (o.kind, o.slot) == (e.kind, e.slot):
                text = f"another node's number in the rule: that of {region.name(c)}"
                slope = region.adjoint(e.consumer) * o.partial
                yield Slip(f"{text} {region.place(e)}", slope, 2.9, {e: o.partial})


def _another_value(region: Region) -> Iterator[Slip]:
    """Another node's value in a factor of a product, a copied neighbour or a wrong index."""
    nodes = [u for u in region.written.order if not u.is_literal or u.data not in (0.0, 1.0, -1.0)]
    for e in region.edges:
        if e.kind in ("add", "sub"):
            continue
        scale = region.adjoint(e.consumer) * region.below[e.input]
        partner = e.consumer.inputs[1 - e.slot] if e.kind == "mul" else None
        stem = (partner.label or "").partition("[")[0] if partner is not None else ""
        for u in nodes:
            alike = bool(stem) and (u.label or "").partition("[")[0] == stem
            for values, of, extra in ((u.data, "value", 0.0), (region.adjoint(u), "gradient", 0.6)):
                cost = (2.4 if alike else 3.6 if u.label else 4.3) + extra
                text = f"another node's {of} as a factor: {region.name(u)} {region.place(e)}"
                yield Slip(text, region.true + scale * (values - e.partial), cost, {e: values})


def _ratios(region: Region) -> Iterator[Slip]:
    """A simple factor that is forgotten or added, in the whole or in one share."""
    literals = {number(v.data): abs(v.data) for v in region.written.order if v.is_literal}
    factors = CONSTANTS | dict(list(literals.items())[:50])
    parts = [(e, region.adjoint(e.consumer) * e.partial) for e in region.shares[:20]]
    for text, r in factors.items():
        if r in (0.0, 1.0):
            continue
        cost = 2.9 if text in literals else 3.1
        for times, how in ((r, "too much"), (1.0 / r, "forgotten")):
            yield Slip(f"a factor {text} {how}", region.true * times, cost)
            yield Slip(f"a factor {text} {how}, and a wrong sign", -region.true * times, cost + 1.5)
            for e, share in parts if len(parts) > 1 else ():
                at = f"a factor {text} {how}: {region.place(e)}"
                yield Slip(
                    at, region.true + share * (times - 1.0), cost + 0.6, {e: e.partial * times}
                )
    if region.node in region.written.uses:
        for c in literals.values():
            yield Slip(
                f"the derivative of a constant is 0: {number(c)} was kept", region.true + c, 3.4
            )
        yield Slip("the derivative of a constant is 0, not 1", region.true + 1.0, 3.6)
