"""Which nodes are drawn as one unit, what is written in it, and how many units there are.

Invariant: every recorded node that a picture shows belongs to one unit.
"""

import re
from collections.abc import Hashable

from autograd.core.context import Scope
from autograd.core.value import Value
from autograd.draw.alike import Rest, rests
from autograd.draw.fold import Alike, Rule, Sum
from autograd.draw.recorded import Recorded, Written
from autograd.draw.text import printed

GIVEN = {"w · x": 1, "x W": 0}  # which factor of its products a composite of that formula is given
MOST = 50_000  # units above which none are looked at for being alike


class Units:
    """Which unit each node belongs to, what is written in it, and how many units there are."""

    def __init__(self, graph: Recorded, rule: Rule, precision: int) -> None:
        self.graph = graph
        self.folded: dict[Scope | None, Scope | None] = {None: None}  # the outermost around each
        for scope in graph.depths:
            around = self.folded[scope.parent]
            self.folded[scope] = around if around is not None or not rule(scope) else scope
        self.written: dict[Value, Written] = {}  # in order
        needed = set(graph.outputs)
        for v in reversed(graph.order):
            if v in needed:
                self.written[v] = self.write(v, precision)
                needed.update(v.inputs[s] for s in self.written[v][1])
        self.written = dict(reversed(self.written.items()))
        self.held = self.own_leaves()
        self.written = {
            v: (text, tuple(s for s in slots if v.inputs[s] not in self.held))
            for v, (text, slots) in self.written.items()
            if v not in self.held
        }
        self.members: dict[str, list[Value]] = {}
        for v in self.written:
            self.members.setdefault(self.unit(v), []).append(v)
        opened = {s for v in self.written if (s := graph.scope_of[v]) and self.folded[s] is None}
        self.nesting = 1 + max((graph.depths[scope] for scope in opened), default=-1)
        self.rests = self.of_many(rule)
        self.whole = len(self.members) + len(graph.outputs)  # if each is drawn
        self.size = self.whole - sum(len(rest.units) - 1 for rest in self.rests.values())

    def owner(self, v: Value) -> Scope | None:
        """The folded composite that stands for v."""
        return self.folded[self.graph.scope_of[v]]

    def unit(self, v: Value) -> str:
        """The id of the unit that stands for v."""
        owner = self.owner(v)
        if owner is None or isinstance(owner, Sum):
            return f"n{self.graph.index[v if owner is None else owner.total]}"
        return f"c{self.graph.scopes[owner]}"

    def write(self, v: Value, precision: int) -> Written:
        """What is written in the unit of v, and the inputs of v that have an edge."""
        owner = self.owner(v)
        if v.primitive is None:
            return self.graph.label(v) or printed(v.data, precision), ()
        if owner is None:
            return self.graph.operator(v, precision)
        slots = (s for s, x in enumerate(v.inputs) if not self.graph.is_constant(x))
        return owner.name, tuple(slots)

    def own_leaves(self) -> dict[Value, str]:
        """The leaves that folded composites hold: each used once, by that one, beside its inputs.

        So a neuron holds its weights and shows what it is given, be that leaves too, or numbers.
        What has no other inputs, as a softmax of leaves, holds none; nor is one leaf alone worth
        hiding.
        """
        heads: dict[Value, list[str]] = {}
        for v, (_, slots) in self.written.items():
            for s in slots:
                heads.setdefault(v.inputs[s], []).append(self.unit(v))
        held: dict[str, list[Value]] = {}
        fed: set[str] = set()  # units that have inputs of another kind
        for x, units in heads.items():
            unit = units[0]
            if x.primitive is None and len(units) == 1 and x not in self.graph.ends:
                held.setdefault(unit, []).append(x)
            else:
                fed.update(head for head in units if x.primitive is None or self.unit(x) != head)
        given: set[Value] = set()
        for v in self.written:
            owner = self.owner(v)
            for words, slot in GIVEN.items() if owner is not None and v.op == "mul" else ():
                if owner is not None and words in owner.formula:
                    given.add(v.inputs[slot])
                    fed.add(self.unit(v))
        return {
            x: unit
            for unit, leaves in held.items()
            if unit[0] == "c" and unit in fed and len(leaves) > 1
            for x in leaves
            if x not in given
        }

    def of_many(self, rule: Rule) -> dict[str, Rest]:
        """What is not drawn one by one of units that are alike, by the id of what stands for it."""
        if len(self.members) > MOST:
            return {}
        heads: dict[str, dict[str, None]] = {unit: {} for unit in self.members}
        for v, (_, slots) in self.written.items():
            for s in slots:
                heads[self.unit(v.inputs[s])][self.unit(v)] = None
        for unit, inner in heads.items():
            inner.pop(unit, None)
        for j, v in enumerate(self.graph.outputs):
            heads[self.unit(v)][f"o{j}"] = None
        looks = {unit: self.look(vs) for unit, vs in self.members.items()}
        ends = {f"o{j}": ("output",) for j in range(len(self.graph.outputs))}
        ids = {unit: f"m{self.graph.index[vs[-1]]}" for unit, vs in self.members.items()}
        ids |= {end: f"m{end}" for end in ends}
        found = rests(
            {unit: list(inner) for unit, inner in heads.items()} | {end: [] for end in ends},
            looks | ends,
            lambda unit: rule(Alike(ids[unit])),
        )
        return {ids[rest.members[0]]: rest for rest in found}

    def look(self, values: list[Value]) -> Hashable:
        """What is equal for units that do the same: of a leaf its name without its number."""
        v, owner = values[0], self.owner(values[0])
        if v.primitive is None:
            name = self.graph.label(v) or ""
            return "leaf", v.is_literal, re.split(r"[\d\[]", name)[0]
        if owner is None:
            return "operator", v.op, self.written[v][1]
        return owner.name, owner.formula, tuple(x.op for x in values)
