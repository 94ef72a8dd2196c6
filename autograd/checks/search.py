"""The search for the likeliest slips: which of the catalogue explain the numbers given.

Invariant: a slip is offered only if a derivation with this one slip, and right otherwise, gives the
number that was given.  A gradient is linear in each local derivative between its node and the
nodes above it whose numbers were given: those bound the search, and each candidate is the gradient
that follows from them, with one changed term.  The likeliest comes first: a slip that explains
several wrong numbers before one for each, a coincidence last.
"""

import math
from collections.abc import Callable, Mapping

from autograd.checks.region import Region, Slip
from autograd.checks.slips import candidates
from autograd.checks.written import Written
from autograd.core.value import Value

WIDTH = 100  # columns of a line
COINCIDENCE = 1.5  # how much less likely than the first a slip is that goes untold


def likeliest(
    written: Callable[[int], Written],
    given: Mapping[Value, float],
    ends: Mapping[Value, float],
    wrong: list[Value],
    fits: Callable[[Value, float, float], bool],
    most: int | None,
) -> tuple[list[str], str]:
    """So many slips that explain the first of the wrong numbers, the likeliest first; with None
    every one, coincidences too; and in words what was left out.

    `written(level)` is the graph with fewer and fewer steps as wholes; `ends` are the numbers at
    the ends of a part of it; `fits(v, given, expected)` says whether a number is another.  Each
    line is at most so wide that it fits a page.
    """
    v, number_given = wrong[0], given[wrong[0]]
    found: dict[str, tuple[float, Slip]] = {}
    left_out = ""
    known = {**ends, **given}
    for level in range(3):
        graph = written(level)
        if level and len(graph.order) == len(written(level - 1).order):
            break
        region = Region(graph, known, v, ends)
        if region.left_out:
            left_out = f"{region.left_out:,} derivatives further up were not tried"
        for slip in candidates(region):
            if (
                math.isfinite(slip.number)
                and fits(v, number_given, slip.number)
                and not fits(v, region.true, slip.number)
                and slip.text not in found
            ):
                score = slip.cost + 0.8 * level + _elsewhere(graph, known, wrong, slip, fits)
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
        if v is first or fits(v, before[v], after[v]):
            continue
        gain += -0.8 if v in wrong and fits(v, given[v], after[v]) else 0.8
    return max(-1.6, gain)
