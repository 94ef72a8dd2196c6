"""The pictures that a page holds: whole ones in states of their composites, and insides of units.

Invariant: what folding can show is drawn beforehand, as far as the effort goes: where few states
are possible each of them, else the first one, those with one composite changed while the picture is
small, and, of whatever size, the inside of each unit that is folded.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, product
from typing import Any

from autograd.core.context import Scope
from autograd.core.node import inputs_first
from autograd.core.value import Value
from autograd.draw import LIMIT
from autograd.draw.assembly import figure
from autograd.draw.figure import Box, Figure, Unit
from autograd.draw.fold import CROWDED, Alike, Rule, Sum, folded_names, with_long
from autograd.draw.inside import inside
from autograd.draw.item import Look
from autograd.draw.sheet import sheet
from autograd.draw.svg import svg

CAPACITY = 256  # pictures x recorded nodes in one page, up to which every state is drawn
BUDGET = 3_000  # pictures x what is drawn or recorded, up to which whole ones have one change
EFFORT = 4 * BUDGET  # drawn nodes, lines and boxes of all pictures, above which no more are drawn

State = tuple[bool, ...]  # of each composite, whether it is folded


class Pictures:
    """The pictures of some outputs.  ValueError where the first of them is too large."""

    def __init__(
        self,
        outputs: list[Value],
        members: Mapping[Scope, list[int]],
        fold: Any,
        names: Mapping[str, Any] | None,
        look: Look,
        count: int,
    ) -> None:
        self.outputs, self.names, self.look = outputs, names, look
        self.scopes = {scope: i for i, scope in enumerate(members)}
        self.closed = fold is not False  # long sums, and many units that are alike
        if fold is None:
            fold = self.crowded()
        chosen = [] if isinstance(fold, bool) else folded_names(fold, members)
        self.first = tuple(fold is True or scope.name in chosen for scope in self.scopes)
        self.places: dict[str, int] = {}  # of each picture in the list
        self.figures: list[Figure] = []
        self.effort = 0.0
        self.states = {self.key(self.first): self.add(self.whole(self.first, LIMIT))}
        self.alone: dict[Scope, str] = {}  # for each composite the state with it changed
        self.insides: dict[str, int] = {}  # by the id of what is folded
        self.draw_states(count)
        self.draw_insides()

    @staticmethod
    def key(state: State) -> str:
        """The state as text: a digit for each composite."""
        return "".join("01"[folded] for folded in state)

    def crowded(self) -> bool:
        """Whether `draw` would fold by itself."""
        if len(inputs_first(*self.outputs)) > 10 * LIMIT:
            return True  # not looked at closely: it would take as long as the rest
        try:
            figure(self.outputs, False, limit=CROWDED)
        except ValueError:
            return True
        return False

    def figure(self, rule: Rule, limit: float) -> Figure:
        """The figure in which the rule says what is folded."""
        return figure(self.outputs, rule, self.names, self.look.precision, limit)

    def whole(self, state: State, limit: float) -> Figure:
        """The figure in a state of the composites."""

        def rule(scope: Scope) -> bool:
            return scope in self.scopes and state[self.scopes[scope]]

        return self.figure(with_long(rule) if self.closed or any(state) else rule, limit)

    def add(self, drawn: Figure) -> int:
        """The place of a figure's picture among all; two figures may have one picture."""
        picture = re.sub(r"\n +<", "\n<", svg(sheet(drawn, self.look)))
        place = self.places.setdefault(picture, len(self.places))
        if place == len(self.figures):
            self.figures.append(drawn)
        self.effort += len(drawn.nodes) + len(drawn.edges) + len(drawn.boxes)
        return place

    def draw_states(self, count: int) -> None:
        """The states that one click leads to, and where there are few all."""
        size = len(self.figures[0].nodes) + len(self.figures[0].edges)
        large = (len(self.scopes) + 1) * max(size, 0.2 * count) > BUDGET
        states: Iterable[State] = self.changed(large)
        if 2 ** len(self.scopes) * count <= CAPACITY:
            states = chain(tuple(states), product((False, True), repeat=len(self.scopes)))
        most = max(len(self.figures[0].nodes), CROWDED) + CROWDED
        for state in states:
            self.effort += 0.001 * count  # also where nothing new is drawn
            if self.effort > EFFORT:
                break
            if self.key(state) not in self.states:
                self.effort += 0.02 * count  # what is recorded is looked through
                try:
                    self.states[self.key(state)] = self.add(self.whole(state, most))
                except ValueError:  # too large: its inside may be drawn
                    self.effort += most

    def changed(self, large: bool) -> Iterator[State]:
        """For each composite the first state, but with this one changed, folded or open.

        Where it is to be open, those around it are.  In a large picture an open one takes all
        others of its name along, and the inside of a folded one is drawn instead.
        """
        for scope, i in self.scopes.items():
            if large and self.first[i]:
                continue
            state = list(self.first)
            for other in self.scopes if large else [scope]:
                if other is scope or other.name == scope.name:
                    for around in other.path if self.first[i] else [other]:
                        state[self.scopes[around]] = not self.first[i]
            self.alone[scope] = self.key(tuple(state))
            yield tuple(state)

    def draw_insides(self) -> None:
        """What is in the units that are folded, and in those in turn, from the first picture on."""

        def composites(scope: Scope) -> bool:
            return scope in self.scopes and self.first[self.scopes[scope]]

        rules: dict[str, Rule] = {  # in which figure to find what is in a unit of that kind
            "composite": lambda scope: isinstance(scope, Sum | Alike),
            "more": lambda scope: isinstance(scope, Sum) or composites(scope),
            "more inside": lambda scope: isinstance(scope, Sum),
            "operator": lambda scope: False,
        }
        open: dict[str, Figure] = {}
        queue = [(unit, "") for unit in self.figures[0].nodes]
        for unit, around in queue:  # it grows
            kind = unit.kind
            if unit.id in self.insides or not (
                kind in ("composite", "more") or (kind == "operator" and len(unit.values) > 1)
            ):
                continue
            if self.key(self.first) != self.alone_of(unit) in self.states:
                continue  # a whole picture shows it
            if self.effort > EFFORT:
                return
            within = f"{kind} inside" if kind == "more" and around == "composite" else kind
            if within not in open:
                try:
                    open[within] = self.figure(rules[within], float("inf"))
                except ValueError:  # boxes nested too deep: the page does without
                    return
            drawn = self.inside(unit, open[within])
            if 0 < len(drawn.nodes) <= LIMIT:
                self.insides[unit.id] = self.add(drawn)
                queue += [(inner, around or kind) for inner in drawn.nodes]

    def alone_of(self, unit: Unit) -> str | None:
        """The state in which a composite alone is changed."""
        if unit.kind != "composite":
            return None
        return self.alone.get(list(self.scopes)[int(unit.id[1:])])

    @staticmethod
    def inside(unit: Unit, open: Figure) -> Figure:
        """What is in a unit, of a figure in which it is open."""
        values = set(unit.values)
        parts = []
        for each in open.nodes:
            computed = [i for i in each.values if open.recorded[i].op is not None]
            known = values.issuperset(computed or each.values)  # it may bring leaves of its own
            if known and (unit.kind == "more" or each.kind != "output"):
                parts.append(each.id)
        name = " ".join((unit.text, *unit.notes)) if unit.kind == "more" else unit.text
        return inside(open, parts, Box(f"b{unit.id}", name.removeprefix("… "), "", None))
