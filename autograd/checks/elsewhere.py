"""Slips by which a number was taken from elsewhere in the graph: a gradient, a value, a factor.

Invariant: what is tried is bounded by the edges times the nodes; of a large graph less is tried.
"""

from collections.abc import Iterator

from autograd.checks.region import MOST_EDGES, Region, Slip
from autograd.checks.written import Edge


def another_node(region: Region, below: float) -> Iterator[Slip]:
    """The gradient, or the value, of another node; a factor from there.

    Those from the cost `below` on need not come.
    """
    v, written = region.node, region.written
    stem = (v.label or "").partition("[")[0]
    nodes = [u for u in written.order if u is not v and not u.is_literal]
    for u in nodes if len(nodes) <= 20 * MOST_EDGES else ():
        alike = bool(stem) and u.label is not None and u.label.partition("[")[0] == stem
        partner = any(u in e.consumer.inputs for e in region.shares)
        known = u.label is not None or u in region.given
        cost = 2.2 if alike else 2.7 if partner else 3.3 if known else 4.4
        if cost >= below and u is not written.output:
            continue
        slope, true = region.adjoint(u), region.exact.get(u, 0.0)
        yield Slip(f"the gradient of another node: that of {region.name(u)}", true, cost)
        if slope != true:  # wrong too: only where it stands above could it have been taken over
            more = 0.0 if u in region.steps else 1.2
            text = f"the gradient of another node: your number at {region.name(u)}"
            yield Slip(text, slope, cost + more)
        value = f"the value of another node for the gradient: {region.name(u)}"
        if alike or partner:
            yield Slip(value, u.data, cost + 1.4)
            text = f"wrong sign: and the gradient of another node, {region.name(u)}"
            yield Slip(text, -slope, cost + 1.6)
        else:
            yield Slip(value, u.data, 5.0)
        if u is written.output:
            text = f"the function for its derivative: the value of {region.name(u)}"
            yield Slip(text, u.data, 3.2)
    if len(region.shares) == 1 and len(nodes) <= MOST_EDGES:
        (e,) = region.shares
        for u in nodes:
            if region.adjoint(u) == 1.0:
                continue  # that is to forget the incoming one
            cost = 3.0 if u.op == e.consumer.op else 3.7
            if cost >= below:
                continue
            text = f"another node's gradient as the incoming one: that of {region.name(u)}"
            yield Slip(text, region.adjoint(u) * e.partial, cost)
            if e.kind == "mul" and below > 5.2:
                for w in nodes if len(nodes) <= 60 else ():
                    pair = f"{region.name(u)}, {region.name(w)}"
                    text = f"another's gradient times another's value: {pair}"
                    yield Slip(text, region.adjoint(u) * w.data, 5.2)
        yield from _another_use(region, e)
    elif below > 4.0 and len(region.shares) * len(nodes) <= 20_000:
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


def another_value(region: Region, below: float) -> Iterator[Slip]:
    """Another node's value in a factor of a product, a copied neighbour or a wrong index.

    Those from the cost `below` on need not come.
    """
    nodes = [u for u in region.written.order if not u.is_literal or u.data not in (0.0, 1.0, -1.0)]
    if below <= 3.6:  # of the labelled ones those that are alike are less
        nodes = [u for u in nodes if u.label]
    for e in region.edges:
        if e.kind in ("add", "sub"):
            continue
        scale = region.adjoint(e.consumer) * region.below[e.input]
        partner = e.consumer.inputs[1 - e.slot] if e.kind == "mul" else None
        stem = (partner.label or "").partition("[")[0] if partner is not None else ""
        for u in nodes:
            alike = bool(stem) and (u.label or "").partition("[")[0] == stem
            if below <= 3.6 and not alike:
                continue
            for values, of, extra in ((u.data, "value", 0.0), (region.adjoint(u), "gradient", 0.6)):
                cost = (2.4 if alike else 3.6 if u.label else 4.3) + extra
                text = f"another node's {of} as a factor: {region.name(u)} {region.place(e)}"
                yield Slip(text, region.true + scale * (values - e.partial), cost, {e: values})
