"""The search for the likeliest slips: which of the catalogue explain the numbers given.

Invariant: a slip is offered only if a derivation with this one slip, and right otherwise, gives the
number that was given.  A gradient is linear in each local derivative between its node and the
nodes above it whose numbers were given: those bound the search, and each candidate is the gradient
that follows from them, with one changed term.  The likeliest comes first: a slip that explains
several wrong numbers before one for each, a coincidence last.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral

from autograd.checks.forms import SIGN
from autograd.checks.local import local
from autograd.checks.region import Region, Slip
from autograd.checks.rounding import adjoints, near
from autograd.checks.slips import candidates
from autograd.checks.written import Edge, Written
from autograd.core.sweeps import ROUNDING
from autograd.core.value import Value
from autograd.words import number

WIDTH = 100  # columns of a line
COINCIDENCE = 1.5  # how much less likely than the first a slip is that goes untold


def check_digits(digits: object) -> None:
    """Raises ValueError for what is no number of significant digits."""
    if not isinstance(digits, Integral) or isinstance(digits, bool) or digits < 1:
        raise ValueError(f"digits is a whole number from 1, not {digits!r}")


def unit(x: float, digits: int | None) -> float:
    """Half a unit of the last of so many significant digits."""
    if digits is None or not x:
        return 0.0
    return 0.5 * 10.0 ** (math.floor(math.log10(abs(x))) + 1 - digits)


def same(given: float, true: float, absolute: float, digits: int | None) -> bool:
    """Whether `given` is `true` in so many significant digits, but for an absolute error."""
    return near(given, true, 1e-9, unit(true, digits) + absolute)


def likeliest(
    written: Callable[[int], Written],
    given: Mapping[Value, float],
    wrong: list[Value],
    fits: Callable[[Value, float, float], bool],
    most: int | None,
) -> tuple[list[str], str]:
    """So many slips that explain the first of the wrong numbers, the likeliest first; with None
    every one, coincidences too; and in words what was left out.

    `written(level)` is the graph with fewer and fewer steps as wholes; `fits(v, given, expected)`
    says whether a number is another.  Each line is at most so wide that it fits a page.
    """
    v, number_given = wrong[0], given[wrong[0]]
    found: dict[str, tuple[float, Slip]] = {}
    left_out = ""
    for level in range(3):
        graph = written(level)
        if level and len(graph.order) == len(written(level - 1).order):
            break
        if v not in graph.into and v not in graph.uses:
            break
        region = Region(graph, given, v)
        if region.left_out:
            left_out = f"{region.left_out:,} derivatives further up were not tried"
        for slip in candidates(region):
            if (
                math.isfinite(slip.number)
                and fits(v, number_given, slip.number)
                and not fits(v, region.true, slip.number)
                and slip.text not in found
            ):
                score = slip.cost + 0.8 * level + _elsewhere(graph, given, wrong, slip, fits)
                found[slip.text] = score, slip
        if found and min(score for score, _ in found.values()) < 3.0:
            break
    first, rest = _brief(sorted(found.values(), key=lambda pair: pair[0]))
    shown = first[:most] if most is not None else first + rest
    return [_fitting(text, WIDTH - len("likely slip: ")) for text in shown], left_out


def _fitting(text: str, width: int) -> str:
    """The text on so many columns: without the input that a rule is by, else broken off."""
    if len(text) > width and len(text.rpartition(" by ")[0]) in range(width // 2, width + 1):
        return text.rpartition(" by ")[0]
    return text if len(text) <= width else text[: width - 1] + "…"


def _brief(likely: list[tuple[float, Slip]]) -> tuple[list[str], list[str]]:
    """One of each kind, coincidences left out; then those, and more places for each kind."""
    kinds: dict[str, list[str]] = {}
    first: list[str] = []
    rest: list[str] = []
    for score, slip in likely:
        places = kinds.setdefault(slip.kind, [])
        if len(places) < 3 and slip.kind not in places and (slip.text != slip.kind or not places):
            near = not places and score < likely[0][0] + COINCIDENCE
            (first if near else rest).append(slip.text)
            places.append(slip.text)
    return first, rest


def _elsewhere(
    graph: Written,
    given: Mapping[Value, float],
    wrong: list[Value],
    slip: Slip,
    fits: Callable[[Value, float, float], bool],
) -> float:
    """How much likelier a slip is for the other wrong numbers that it explains; and for those that
    are right though it would have spoilt them, how much less.
    """
    if slip.edits is None:
        return 0.0
    before, after = graph.sweep(given), graph.sweep(given, slip.edits)
    first = wrong[0]
    gain = 0.0
    for v in given:
        if v is first or v not in after or fits(v, before.get(v, 0.0), after[v]):
            continue
        gain += -0.8 if v in wrong and fits(v, given[v], after[v]) else 0.8
    return max(-1.6, min(2.0, gain))


# --- the shares of a graph, for exercises ---


class Shares:
    """The shares that the gradients of a graph are sums of, each with the slips that spoil it."""

    def __init__(self, y: Value) -> None:
        self.found = adjoints(y)
        self.written = Written(list(self.found), y, self.found)
        self.regions: dict[Value, Region] = {}

    def rounded(self, v: Value, share: float) -> float:
        """The share of v's gradient, 0 where it is what rounding has left of the others."""
        return 0.0 if abs(share) <= ROUNDING * self.found[v][1] else share

    def region(self, v: Value) -> Region:
        """What lies above a node."""
        if v not in self.regions:
            self.regions[v] = Region(self.written, {}, v)
        return self.regions[v]

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
            told += candidates(self.region(v))
        if v is not None and consumer is not None and partial is not None:
            adjoint = self.found[consumer][0]
            told.append(Slip("a factor forgotten: the incoming gradient", partial, 1.5))
            told.append(Slip("a factor squared: the incoming gradient", adjoint**2 * partial, 3.0))
            told.append(Slip("the incoming gradient alone", adjoint, 1.9))
            use = Edge(consumer, v, kind, slot, partial)
            told += [
                Slip(
                    f"{slip.kind}: {slip.detail}".removesuffix(": "),
                    adjoint * slip.number,
                    slip.cost,
                )
                for slip in local(self.written, use)
            ]
            told += [
                Slip(f"{slip.text}, further up", slip.number * partial, slip.cost + 1.0)
                for slip in candidates(self.region(consumer))
            ]
        chosen: dict[str, dict[str, tuple[str, float]]] = {}
        for slip in sorted(told, key=lambda slip: slip.cost):  # three kinds for a number are enough
            kinds = chosen.setdefault(f"{slip.number:.9g}", {})
            if slip.kind not in kinds and len(kinds) < 3:
                kinds[slip.kind] = slip.text, slip.number
        return [pair for kinds in chosen.values() for pair in kinds.values()]


# --- words ---


def listed(texts: Iterable[str], before: str = "") -> str:
    """The texts on one line after what stands before, those that do not fit counted."""
    texts = list(texts)
    line = before
    for i, text in enumerate(texts):
        further = f"{line}{', ' * (i > 0)}{text}"
        if i and len(further) > WIDTH - 16 * (i < len(texts) - 1):
            return f"{line} and {len(texts) - i} more"
        line = further
    return line


def signed(x: float) -> str:
    """The number, in brackets where it has a sign."""
    return f"({number(x)})" if x < 0.0 else number(x)
