"""Slips in steps with several edges: inner derivatives, products, quotients, softmax.

Invariant: what is offered replaces the derivative of a step as a whole, through all its inputs.
"""

import math
from collections.abc import Iterator

from autograd.checks.forms import FORGOTTEN
from autograd.checks.region import Region, Slip, divisor, number
from autograd.checks.rounding import near
from autograd.checks.written import Edge

TARGET = "the target put to the wrong class"
NO_MEAN = "a mean where there is none: divided by the number of scores"


def of_steps(region: Region) -> Iterator[Slip]:
    """Inner derivatives, and composites with several inputs."""
    v, name = region.node, region.name
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
            for n in region.means:
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


def of_two_factors(region: Region) -> Iterator[Slip]:
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
        yield region.slip_in_many(f"{text} {at}", edits, cost)


def _scores(region: Region, parts: list[Edge]) -> Iterator[Slip]:
    """(y − t) / N of softmax with loss, written wrong."""
    c = parts[0].consumer
    n = divisor(parts[0]) or 1
    scores = len(region.written.into[c]) // n
    turned = {e: -e.partial for e in region.written.into[c]}
    yield region.slip_in_many("wrong sign: t − y for y − t", turned, 1.2)
    less = {e: e.partial / scores for e in region.written.into[c]}
    yield region.slip_in_many(f"{NO_MEAN}, {scores}", less, 1.9)
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
        yield region.slip_in_many(f"{text} at {region.name(c)}", edits, cost)


def _target(region: Region) -> Iterator[Slip]:
    """y instead of y - t, where a score goes into softmax with loss, fused or in two steps."""
    text = "y instead of y - t: the target was forgotten"
    for c, parts in region.into.items():
        if parts[0].kind == "softmax_cross_entropy":
            n = divisor(parts[0]) or 1
            edits = {e: e.partial + 1.0 / n for e in region.written.into[c] if e.partial < 0.0}
            for e in edits if len(edits) > 1 else ():  # at one row of the batch
                yield region.slip_in_many(text, {e: edits[e]}, 2.2)
            yield region.slip_in_many(text, edits, 1.4)
            for e in parts:
                if e.partial > 0.0:
                    moved = {e: e.partial - 1.0 / n}
                    yield region.slip_in_many(f"{TARGET}: y − 1 for y", moved, 2.2)
        if parts[0].kind == "softmax" and c in region.written.inside:
            scores = len(region.written.inside[c][1])
            yield Slip(f"{NO_MEAN}, {scores}", region.true / scores, 2.2)
            if region.true > 0.0:
                yield Slip(f"{TARGET}: y − 1 for y", region.true - 1.0, 2.3)
        if parts[0].kind in ("softmax", "sigmoid") and region.true:
            for e in parts:
                if e.input is region.node and (e.kind == "sigmoid" or e.partial > 0.0):
                    for n in {1, *region.means}:
                        yield Slip(text, c.data / n, 2.1)
