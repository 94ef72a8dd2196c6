"""Hand-derived gradients against a graph: which number is the first wrong one, and why.

Invariant: a number is judged by the graph alone, and no `.grad` changes.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from tempfile import mkdtemp
from typing import Any

from autograd.checks.gradcheck import GradientMismatch
from autograd.checks.rounding import adjoints
from autograd.checks.slips import name, same, shares_of, signed, slips
from autograd.core.nested import number as plain
from autograd.core.nested import scalar
from autograd.core.node import inputs_first
from autograd.core.value import Value
from autograd.words import number

folder: Callable[[], Any] = partial(mkdtemp, prefix="autograd-")  # where pictures under pytest go


def assert_gradients(y: Value, hand: Mapping[Value, float], digits: int | None = None) -> None:
    """Check hand-derived numbers d(y)/d(node), for leaves and inner nodes, against the graph of y.

    `digits` says how many significant digits the numbers carry; without it they must agree to 1e-9
    relative.  Beyond that they may differ by 64 roundings (1.4e-14) of the terms that the gradient
    is left of, those of a factor that nearly vanishes too: 0 is right for sin at `math.pi / 2`.
    Raises GradientMismatch if one is wrong.  Its first line names the first wrong node:
    one between which and y no other wrong node lies (of several, the one recorded last).  Then come
    the incoming gradient times the local derivative, path by path, and a line `likely slip: ...`
    for each slip that leads to the given number.  Under pytest a picture of the graph is written to
    a temporary directory, the test's own with `pytest_plugins = "autograd.checks.plugin"` in the
    conftest.py.  Raises TypeError for what is no Value or number, ValueError for
    `digits` below 1, and what `backward` raises.  Every `.grad` stays as it is.

    >>> apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    >>> price = apple * count * tax
    >>> assert_gradients(price, {apple: 2.2, count: 110, tax: 200})
    """
    if type(y) is not Value:
        raise TypeError(f"the output is a Value, not {type(y).__name__}: {y!r:.60}")
    if digits is not None and (not isinstance(digits, int) or digits < 1):
        raise ValueError(f"digits is a whole number from 1, not {digits!r}")
    for v in hand:
        if type(v) is not Value:
            raise TypeError(f"gradients are given by node: a Value, not {v!r:.60}")
        if isinstance(hand[v], Value):
            raise TypeError(f"a gradient by hand is a number, not a Value: {hand[v]!r:.60}")
    given = {v: plain(scalar(g)) for v, g in hand.items()}
    found = adjoints(y)
    wrong = [v for v in given if not same(given[v], *found.get(v, (0.0, 0.0)), digits)]
    if not wrong:
        return
    # In this order every node stands above its inputs: nothing wrong is left above the first.
    first = next((v for v in reversed(found) if v in wrong), wrong[0])
    lines = _account(found, first, given[first])
    for text in slips(found, first, given[first], set(given) - set(wrong), digits):
        lines.append(f"likely slip: {text}")
    under = set(inputs_first(first))
    for text, below in (("also wrong, perhaps in consequence", True), ("also wrong", False)):
        others = [v for v in wrong if v is not first and (v in under) is below]
        if others:
            more = f" and {len(others) - 20} more" * (len(others) > 20)
            lines.append(f"{text}: {', '.join(map(name, others[:20]))}{more}")
    if "PYTEST_CURRENT_TEST" in os.environ:
        lines.append(_picture(y, first, given[first]))
    raise GradientMismatch("\n".join(lines))


def _account(found: dict[Value, tuple[float, float]], v: Value, given: float) -> list[str]:
    """What the gradient of a node should be, and how it comes about."""
    if v not in found:
        return [f"wrong gradient at {name(v)}: {number(given)} given, but no path leads there: 0"]
    true = found[v][0]
    lines = [f"wrong gradient at {name(v)}: {number(given)} given, {number(true)} expected"]
    shares = shares_of(found, v)
    lines.append("incoming gradient × local derivative, path by path:")
    if not shares:
        lines.append("  1, the gradient of the output by itself")
    told = []
    for use in shares:
        product = f"{number(use.adjoint)} × {signed(use.partial)}"
        source = f"{name(use.consumer)} = {number(use.consumer.data)}"
        told.append(f"  from {source}: {product} = {number(use.adjoint * use.partial)}")
    if told:
        lines.append(_listed(told, "\n"))
    if len(shares) > 1:
        lines.append(f"  sum {number(true)}")
    return lines


def _listed(texts: Iterable[str], between: str = ", ") -> str:
    """The texts, those beyond twenty counted."""
    texts = list(texts)
    rest = [f"and {len(texts) - 20} more"] if len(texts) > 20 else []
    return between.join([*texts[:20], *rest])


# --- the picture ---


def _picture(y: Value, v: Value, given: float) -> str:
    """Draw the graph with its gradients and the wrong node in red; says where it is."""
    from pathlib import Path

    from autograd.draw import draw

    copies: dict[int, Value] = {}
    copy = y.__deepcopy__(copies)
    if id(v) not in copies:
        return "no picture: the node is not in the graph"
    copy.zero_grad()
    copy.backward()
    file = re.sub(r"[^0-9A-Za-z]+", "_", name(v)).strip("_") or "node"
    path = os.path.join(folder(), f"{file}.svg")
    i = inputs_first(copy).index(copies[id(v)])
    red = f"<style>#n{i} * {{stroke: #d62728}} #n{i} text {{fill: #d62728; stroke: none}}</style>"
    try:
        wrong = {f"{name(v)}: {number(given)} is wrong": copies[id(v)]}
        text = draw(copy, names=wrong, fold=False).pipe("svg", encoding="utf-8")
        Path(path).write_text(text.replace("</svg>", f"{red}</svg>"), encoding="utf-8")
    except Exception as error:  # too large a graph, a full disk: the gradient is wrong all the same
        return f"no picture: {error}"
    return f"picture: {path}"
