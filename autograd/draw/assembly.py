"""The figure of a graph, assembled: its units, the edges between them, all that is known of both.

Invariant: the numbers of an edge are those of the graph; where it stands for several, their sums.
"""

import math
from collections.abc import Mapping
from typing import Any

from autograd.core.context import Scope
from autograd.core.sweeps import ROUNDING, carry, down, sizes
from autograd.core.value import Value
from autograd.draw import LIMIT, TEXT_LIMIT
from autograd.draw.alike import with_few
from autograd.draw.figure import Box, Edge, Figure, Unit
from autograd.draw.fold import Rule, Sum, at_depth, rules, with_long
from autograd.draw.recorded import Recorded, labels
from autograd.draw.units import Units

NESTING = 200  # open composites one inside the other

Use = tuple[Value, int]  # a consumer and the slot of its input


def figure(
    outputs: list[Value],
    fold: Any = None,
    names: Mapping[str, Any] | None = None,
    precision: int = 4,
    limit: float = LIMIT,
) -> Figure:
    """The figure of a graph.  ValueError where it would have more nodes than the limit."""
    graph = Recorded(outputs, labels(names))
    choices = list(rules(fold, graph.depths, limit))
    tried: dict[Rule, Units] = {}
    if len(graph.order) > 10 * limit:  # where the coarsest is too large, no other is worth a try
        units = tried[choices[-1][0]] = Units(graph, choices[-1][0], precision)
        choices = [] if units.size > limit else choices
    for rule, most in choices:
        units = tried.get(rule) or tried.setdefault(rule, Units(graph, rule, precision))
        size = units.size if most == limit else units.whole  # folding comes before leaving out
        if size <= most and units.nesting <= NESTING:
            return with_few(_Assembly(graph, units).figure(), units.rests)
    raise ValueError(_too_large(graph, units, precision, limit, folded=fold is None))


def _too_large(graph: Recorded, units: "Units", precision: int, limit: float, folded: bool) -> str:
    """Why the picture is not made, and what can be done with this graph, folded already or not."""
    text = f"the picture would have {units.size:,} nodes, more than {limit:,}: "
    if units.nesting > NESTING:
        deep = f"{units.nesting:,} boxes one inside the other, more than {NESTING}"
        return f"the picture would have {deep}: leave fold=False out, or fold some by name"
    least = units.size
    if graph.depths and not folded:
        least = Units(graph, with_long(at_depth(0, graph.depths)), precision).size
    if least <= limit:
        return text + f"fold=True draws it with {least:,}"
    advice = "draw a part: an inner node, or a smaller example"
    if least < units.size:
        advice += f" (fold=True still leaves {least:,})"
    elif not graph.depths:
        advice += ", or record its parts in named_scope, which can be folded"
    return text + advice + (f"; .dot and .mmd take {TEXT_LIMIT:,}" if limit < TEXT_LIMIT else "")


class _Assembly:
    """The edges between units, and all that is known of both."""

    def __init__(self, graph: Recorded, units: Units) -> None:
        self.graph, self.units = graph, units
        self.sizes = sizes(*graph.outputs)
        self.uses = self.edges_of_uses()
        self.fans: dict[Value, int] = dict.fromkeys(units.written, 0)  # edges that leave a node
        for x in [*(x for x, _ in self.uses), *graph.outputs]:
            self.fans[x] += 1
        self.shares: dict[Value, list[float | None]] = {v: [] for v in units.written}
        for (x, _), use in self.uses.items():
            self.shares[x].append(self.share(x, use))
        self.places = {unit: self.around(vs[0]) for unit, vs in units.members.items()}
        for (x, _), use in self.uses.items():
            if x.is_literal and self.fans[x] == 1 and x not in graph.ends:
                self.places[units.unit(x)] = self.around(use[0][0])

    def around(self, v: Value) -> Scope | None:
        """The innermost open composite around v."""
        scope, owner = self.graph.scope_of[v], self.units.owner(v)
        if owner is None and isinstance(scope, Sum):
            scope = scope.parent
        return scope if owner is None else owner.parent

    def box(self, place: Scope | None) -> str | None:
        return None if place is None else f"b{self.graph.scopes[place]}"

    def common(self, a: Scope | None, b: Scope | None) -> Scope | None:
        """The innermost composite around both."""
        depths = self.graph.depths
        while a is not b:
            if b is None or (a is not None and depths[a] > depths[b]):
                a, b = b, a
            b = b.parent if b is not None else None
        return a

    def edges_of_uses(self) -> dict[tuple[Value, Any], list[Use]]:
        """The uses by edge, in the order of consumers; those in one folded composite are one."""
        uses: dict[tuple[Value, Any], list[Use]] = {}
        for v, (_, slots) in self.units.written.items():
            head, owner = self.units.unit(v), self.units.owner(v)
            for s in slots:
                x = v.inputs[s]
                if owner is None:
                    uses[x, (v, s)] = [(v, s)]
                elif self.units.unit(x) != head:
                    uses.setdefault((x, head), []).append((v, s))
        return uses

    def figure(self) -> Figure:
        graph, index = self.graph, self.graph.index
        main = self.longest()
        through: dict[str, dict[Value, float]] = {}
        units = [self.drawn_as(unit, vs) for unit, vs in self.units.members.items()]
        edges = []
        for (x, _), use in self.uses.items():
            consumer, slot = use[0]
            head = self.units.unit(consumer)
            partial = consumer.partials[slot]
            if self.units.owner(consumer) is not None:
                if head not in through:
                    through[head] = self.partials_through(head)
                partial = _finite(through[head].get(x))
            here = self.box(self.common(self.places[self.units.unit(x)], self.places[head]))
            straight = x in main and any(main.get(v) == s for v, s in use)
            id, share = f"e{index[consumer]}_{slot}", self.share(x, use)
            edges.append(self.edge(id, head, x, use, share, partial, here, straight))
        for j, v in enumerate(graph.outputs):
            text = "" if v.primitive is None else graph.label(v) or ""
            units.append(Unit(f"o{j}", "output", text, text or None, (index[v],)))
            seed = _rest(v.grad, self.shares[v])
            edges.append(self.edge(f"eo{j}", f"o{j}", v, [], seed, None, None, j == 0))
        around = self.open_composites()
        boxes = [
            Box(f"b{k}", scope.name, scope.formula, self.box(scope.parent))
            for scope, k in graph.scopes.items()  # outer ones first
            if scope in around
        ]
        gradients = tuple(map(self.gradient, graph.order))
        return Figure(tuple(graph.order), gradients, tuple(units), tuple(edges), tuple(boxes))

    def open_composites(self) -> set[Scope]:
        found: set[Scope] = set()
        for scope in self.places.values():
            while scope is not None and scope not in found:
                found.add(scope)
                scope = scope.parent
        return found

    def drawn_as(self, id: str, values: list[Value]) -> Unit:
        v, owner = values[0], self.units.owner(values[0])
        text = self.units.written[v][0]
        place, numbers = self.box(self.places[id]), tuple(self.graph.index[v] for v in values)
        if v.primitive is None:
            rest = self.elsewhere(v)
            total = self.total(v) if rest is None else self.gradient(v)
            return Unit(id, "leaf", text, self.graph.label(v), numbers, place, (), total, rest)
        if owner is None or isinstance(owner, Sum):
            return Unit(id, "operator", text, None, numbers[::-1], place)
        notes = [f"y′ = {owner.derivative}"] if owner.derivative else []
        held = [self.graph.label(x) or "" for x in self.units.held if self.units.held[x] == id]
        if held:
            notes = [owner.formula] if owner.formula else []
            notes.append(_in_words(held))
        return Unit(id, "composite", text, None, numbers, place, tuple(notes))

    def share(self, x: Value, use: list[Use]) -> float | None:
        """What these uses give to the gradient of x, 0 where that is left by rounding.

        None for a literal, which has no gradient.
        """
        if x.is_literal or any(v.grad is None for v, _ in use):
            return None
        found = _finite(sum(_part(v.grad or 0.0, v, s) for v, s in use))
        size = sum(self.sizes[v] * abs(v.partials[s] or 0.0) for v, s in use)
        return 0.0 if found is not None and abs(found) <= ROUNDING * size else found

    def total(self, v: Value) -> float | None:
        """The gradient of v where it is the sum of several shares."""
        return self.gradient(v) if self.fans[v] > 1 else None

    def gradient(self, v: Value) -> float | None:
        """The gradient of v, 0 where that is left by rounding."""
        if v.grad is None or abs(v.grad) > ROUNDING * self.sizes[v]:
            return v.grad
        return 0.0

    def elsewhere(self, leaf: Value) -> float | None:
        """What of a leaf's gradient came from sweeps of other graphs."""
        shares = self.shares[leaf]
        if leaf.grad is None or not shares or None in shares or leaf in self.graph.ends:
            return None
        rest = leaf.grad - sum(share or 0.0 for share in shares)
        size = sum(abs(share or 0.0) for share in shares) + self.sizes[leaf]
        return rest if abs(rest) > 1e-12 * size else None

    def edge(
        self,
        id: str,
        head: str,
        x: Value,
        use: list[Use],
        gradient: float | None,
        partial: float | None,
        box: str | None,
        main: bool,
    ) -> Edge:
        uses = tuple((self.graph.index[v], s) for v, s in use)
        name = None if x.primitive is None or not use else self.graph.label(x)
        tail, source = self.units.unit(x), self.graph.index[x]
        return Edge(
            *(id, tail, head, source, uses, x.data, gradient, partial, name),
            *(self.total(x), box, main),
        )

    def partials_through(self, unit: str) -> dict[Value, float]:
        """d(result)/d(x) through a folded composite of one result, by a sweep inside it."""
        members = self.units.members[unit]
        results = [v for v in members if self.fans[v]]
        return carry(down(members), {results[0]: 1.0}, _part) if len(results) == 1 else {}

    def longest(self) -> dict[Value, int]:
        """The nodes of the longest path to the first output, each with the slot it comes in by."""
        depth: dict[Value, int] = {}
        for v, (_, slots) in self.units.written.items():
            depth[v] = 1 + max((depth[v.inputs[s]] for s in slots), default=0)
        path: dict[Value, int] = {}
        v = self.graph.outputs[0]
        while self.units.written[v][1]:
            path[v] = max(self.units.written[v][1], key=lambda s: depth[v.inputs[s]])
            v = v.inputs[path[v]]
        path[v] = -1
        return path


def _in_words(labels: list[str]) -> str:
    """The leaves that a composite holds: "3 leaves: w[0], w[1], b"."""
    shown = labels if len(labels) < 4 else [labels[0], "…", labels[-1]]
    return f"{len(labels)} leaves: {', '.join(filter(None, shown))}".rstrip(": ")


# --- numbers, NaN where there is none ---


def _finite(x: float | None) -> float | None:
    return x if x is not None and math.isfinite(x) else None


def _part(weight: float, v: Value, i: int) -> float:
    """weight * d(v)/d(input i)."""
    slope = v.partials[i]
    return weight * slope if slope is not None else math.nan if weight else 0.0


def _rest(grad: float | None, shares: list[float | None]) -> float | None:
    """What of an output's gradient did not come from its uses: the seed of the sweep."""
    if None in shares:
        return None
    inner = sum(share or 0.0 for share in shares)
    if grad is None:
        return None
    rest = grad - inner
    return rest if abs(rest) > 1e-12 * max(abs(grad), abs(inner)) else 0.0
