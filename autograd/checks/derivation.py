"""Hand-derived gradients against a graph: as a test that fails, and as a mark.

Invariant: no `.grad` changes.
"""

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from tempfile import mkdtemp
from typing import Any, NamedTuple

from autograd.checks.gradcheck import GradientMismatch
from autograd.checks.instead import LOST, instead, instead_of_the_textbook
from autograd.checks.judgement import (
    ACCIDENT,
    FOLLOWS,
    MOST_EXPLAINED,
    RIGHT,
    WRONG,
    Judgement,
    first_wrong_entry,
    number_given,
    pairs,
)
from autograd.checks.rounding import check_digits
from autograd.checks.written import Written
from autograd.core.graph import check_fresh
from autograd.core.nested import number as plain
from autograd.core.nested import scalar
from autograd.core.node import inputs_first
from autograd.core.value import Value
from autograd.words import number

MOST_DRAWN = 2_000  # nodes in the picture of a failing test
folder: Callable[[], Any] = partial(mkdtemp, prefix="autograd-")  # where pictures under pytest go


def assert_gradients(
    y: Value, hand: Any, digits: int | None = None, order: int = 1, slips: int | str = 2
) -> None:
    """Check hand-derived numbers d(y)/d(node), for leaves and inner nodes, against the graph of y.

    `hand` is a dict of nodes and numbers, or a list of pairs in which a list or array of Values
    may stand beside one of numbers.  `digits` says how many significant digits the numbers carry,
    each rounded so; without it they must agree to 1e-9 relative.  Beyond that they may differ by
    what rounding takes of the terms that the gradient is left of: 0 is right for sin at
    `math.pi / 2`, and s (1 − s) for the sigmoid at 20.  A number is right if it is the gradient, or
    follows from the numbers given above it; a wrong one is wrong in itself, or only follows from a
    wrong one.  With `order=2`, `hand` has second derivatives: {(x, w): number}.

    Raises GradientMismatch if a number is wrong.  Its first line names the first that is wrong in
    itself: one between which and y no other such node lies (of several, the one recorded last).
    Then come the incoming gradient times the local derivative, path by path, a line
    `likely slip: ...` for at most two slips that lead to the given number, the likeliest first
    (`slips="all"` for every one), or `right to 3 digits: give digits=3` for what is only rounded,
    and what else is wrong.  Under pytest a picture of the graph is
    written to a temporary directory, the test's own with
    `pytest_plugins = "autograd.checks.plugin"` in the conftest.py.

    Raises TypeError for what is no Value or number, ValueError for no numbers, for `digits` below 1
    and where a leaf's number was assigned after y was recorded, and what `backward` raises.  Every
    `.grad` stays as it is.

    >>> apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    >>> price = apple * count * tax
    >>> assert_gradients(price, {apple: 2.2, count: 110, tax: 200})
    """
    __tracebackhide__ = True  # pytest shows the test's own line
    _check_options(y, digits)
    if slips != "all" and (not isinstance(slips, int) or slips < 0):
        raise ValueError(f'slips is a whole number or "all", not {slips!r}')
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, not {order!r}")
    check_fresh(y)
    judge = first_wrong_entry(y, hand, digits) if order == 2 else Judgement(y, hand, digits)
    if judge is None or not judge.wrong:
        return
    lines = judge.account(None if slips == "all" else int(slips))
    if "PYTEST_CURRENT_TEST" in os.environ:
        lines.append(_picture(judge.output, judge.wrong[0], judge.given[judge.wrong[0]]))
    raise GradientMismatch("\n".join(lines))


class Grade(NamedTuple):
    """What `grade` found: the fraction of the weights that were earned, and what to say."""

    fraction: float  # 0 to 1
    messages: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([f"{100.0 * self.fraction:.0f} %", *self.messages])


def grade(
    y: Value, hand: Any, digits: int | None = None, weights: Mapping[Value, float] | None = None
) -> Grade:
    """Mark hand-derived numbers: the fraction that is right, 0 to 1, and messages; no exception.

    `hand` and `digits` as in `assert_gradients`; None stands for a number that was not given, NaN
    and text count as wrong.  A number that follows from a wrong one above it earns its weight: a
    mistake costs once.  `weights` gives some nodes another weight than 1; what it names and `hand`
    does not counts as not given.  Each message names a node; those that begin `likely slip:` or
    `right to` are about the node before.  Raises what `assert_gradients` raises but for
    GradientMismatch and what is no number, and ValueError for weights below 0 or that add up to 0.

    >>> x, w = Value(3.0, "x"), Value(2.0, "w")
    >>> print(grade(x * w, {x: 2, w: -3}))
    50 %
    wrong gradient at w: -3 given, 3 expected
    likely slip: wrong sign
    """
    _check_options(y, digits)
    check_fresh(y)
    share_of_weight = _weights(weights or {})
    answered: list[tuple[Value, Any]] = []
    marks: dict[Value, bool] = {}
    messages: list[str] = []
    names = Written([], y)
    forgotten = [(v, None, "") for v in share_of_weight]
    for v, g, index in {v: (v, g, i) for v, g, i in (*forgotten, *pairs(hand))}.values():
        try:
            answered.append((v, number_given(v, g, index)))
        except (TypeError, ValueError):
            marks[v] = False
            said = "no number given" if g is None else f"{g!r:.40} is no number"
            messages.append(f"{names.name(v)}: {said}")
    if answered:
        judge = Judgement(y, answered, digits)
        for i, v in enumerate(judge.wrong):
            messages.append(judge.first_line(v))
            if i < MOST_EXPLAINED:
                messages += judge.advice(v, 1)[0]
        for v, verdict in judge.verdicts.items():
            marks[v] = verdict != WRONG
            if verdict == FOLLOWS:
                messages.append(f"{judge.name(v)}: follows from your number at {judge.cause(v)}")
            if verdict == RIGHT and judge.lost(v):
                said = f"{judge.name(v)}: {LOST}"
                forms = instead_of_the_textbook(y) or instead(y)
                messages += [f"{said}: {form}" for form in forms] or [said]
            if verdict == ACCIDENT:
                text = f"{judge.name(v)}: right, but it does not follow from your numbers above it"
                messages.append(text)
    total = sum(share_of_weight.get(v, 1.0) for v in marks)
    if not total:
        raise ValueError("the weights of what is asked add up to 0")
    earned = sum(share_of_weight.get(v, 1.0) for v, right in marks.items() if right)
    return Grade(earned / total, tuple(messages))


def _weights(weights: Mapping[Value, float]) -> dict[Value, float]:
    """The weights as floats.  Raises TypeError and ValueError for what is none."""
    found: dict[Value, float] = {}
    for v, weight in weights.items():
        if type(v) is not Value:
            raise TypeError(f"weights are given by node: a Value, not {v!r:.60}")
        found[v] = float(plain(scalar(weight)))
        if found[v] < 0.0:
            raise ValueError(f"a weight is a number from 0, not {weight!r:.60}")
    return found


def _check_options(y: Any, digits: Any) -> None:
    if type(y) is not Value:
        raise TypeError(f"the output is a Value, not {type(y).__name__}: {y!r:.60}")
    if digits is not None:
        check_digits(digits)


# --- the picture ---


def _picture(y: Value, v: Value, given: float) -> str:
    """Draw the graph with its gradients and the wrong node alone in red; says where it is."""
    from pathlib import Path

    from autograd.draw import draw
    from autograd.draw.item import COLOURS

    order = inputs_first(y)
    if v not in order:
        return "no picture: the node is not in the graph"
    if len(order) > MOST_DRAWN:
        return f"no picture: a graph of {len(order):,} nodes"
    copies: dict[int, Value] = {}
    copy = y.__deepcopy__(copies)
    copy.zero_grad()
    copy.backward()
    name = Written([], y).name(v)
    file = re.sub(r"[^0-9A-Za-z]+", "_", name).strip("_") or "node"
    path = os.path.join(folder(), f"{file}.svg")
    i = order.index(v)
    calm = f'text[fill="{COLOURS["gradient"]}"] {{fill: {COLOURS["derivative"]}}}'
    red = f"#n{i} * {{stroke: #d62728}} #n{i} text {{fill: #d62728; stroke: none}}"
    try:
        wrong = {f"{name}: {number(given)} is wrong": copies[id(v)]}
        text = draw(copy, names=wrong, fold=False).pipe("svg", encoding="utf-8")
        Path(path).write_text(
            text.replace("</svg>", f"<style>{calm} {red}</style></svg>"), encoding="utf-8"
        )
    except Exception as error:  # too large a graph, a full disk: the gradient is wrong all the same
        return f"no picture: {error}"
    return f"picture: {path}"
