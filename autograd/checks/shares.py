"""Slips for exercises: what may go wrong in each share of a gradient, and the number it leads to.

Invariant: three kinds of slip are told for one number at the most, the likeliest; and the work for
all numbers together is bounded.
"""

import math

from autograd.checks.forms import SIGN
from autograd.checks.local import local
from autograd.checks.region import MOST_EDGES, Region, Slip
from autograd.checks.rounding import adjoints
from autograd.checks.slips import candidates
from autograd.checks.written import Edge, Written
from autograd.core.sweeps import ROUNDING
from autograd.core.value import Value

EFFORT = 12_000  # local derivatives in which slips are looked for, for all numbers together
THOROUGH = 3_000  # derivatives x nodes, above which coincidences are left out: those that cost
UNLIKELY = 3.5  # so much; there are many likelier ones


class Shares:
    """The shares that the gradients of a graph are sums of, each with the slips that spoil it.

    Of each number the `most` nearest local derivatives are tried.  `left_out` names what was not:
    "onlynear", those beyond, and "onlylikely", coincidences.
    """

    def __init__(self, y: Value) -> None:
        self.most = MOST_EDGES
        self.left_out: set[str] = set()
        self.found = adjoints(y)
        self.written = Written(list(self.found), y, self.found)
        self.slips: dict[Value, list[Slip]] = {}

    def divide(self, numbers: int) -> None:
        """Divide the effort among so many numbers, of which slips are asked for from now on."""
        self.most = max(1, min(MOST_EDGES, EFFORT // max(1, numbers)))

    def rounded(self, v: Value, share: float) -> float:
        """The share of v's gradient, 0 where it is what rounding has left of the others."""
        return 0.0 if abs(share) <= ROUNDING * self.found[v][1] else share

    def candidates(self, v: Value) -> list[Slip]:
        """The slips in the gradient of a node; in a large graph the likely ones.

        What a node is used for shares those further up.
        """
        if v not in self.slips:
            region = Region(self.written, {}, v, most=self.most)
            large = len(region.edges) * len(self.written.order) > THOROUGH
            self.left_out.update(["onlynear"] * (region.left_out > 0) + ["onlylikely"] * large)
            found = candidates(region, UNLIKELY if large else math.inf)
            self.slips[v] = [slip._replace(edits=None) for slip in found]
        return self.slips[v]

    def wrong(
        self,
        share: float,
        consumer: Value | None = None,
        v: Value | None = None,
        kind: str = "",
        slot: int = 0,
        partial: float | None = 0.0,
    ) -> list[tuple[str, float]]:
        """Single slips in a number, with what they lead to, the likeliest first.

        In the share that v has from this use; with v alone, in its whole gradient; else, and where
        the use has no local derivative (sqrt at 0), in any number at all.
        """
        told = [Slip(SIGN, -share, 1.0)]
        if share:
            told.append(Slip("the reciprocal", 1.0 / share, 4.0))
        if v is not None and consumer is None:
            told += self.candidates(v)
        if v is not None and consumer is not None and partial is not None:
            adjoint = self.found[consumer][0]
            told.append(Slip("a factor forgotten: the incoming gradient", partial, 1.5))
            told.append(Slip("a factor squared: the incoming gradient", adjoint**2 * partial, 3.0))
            told.append(Slip("the incoming gradient alone", adjoint, 1.9))
            use = Edge(consumer, v, kind, slot, partial)
            for there in local(self.written, use):
                text = f"{there.kind}: {there.detail}".removesuffix(": ")
                told.append(Slip(text, adjoint * there.number, there.cost))
            for slip in self.candidates(consumer):
                text = f"{slip.text}, further up"
                told.append(Slip(text, slip.number * partial, slip.cost + 1.0))
        chosen: dict[str, dict[str, tuple[str, float]]] = {}
        for slip in sorted(told, key=lambda slip: slip.cost):  # three kinds for a number are enough
            kinds = chosen.setdefault(f"{slip.number:.9g}", {})
            if slip.kind not in kinds and len(kinds) < 3:
                kinds[slip.kind] = slip.text, slip.number
        return [pair for kinds in chosen.values() for pair in kinds.values()]
