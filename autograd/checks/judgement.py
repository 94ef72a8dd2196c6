"""The judgement on numbers by hand: which are right, wrong, or only follow, and the words for it.

Invariant: a number is judged by the graph and by the numbers that were given above it, as a teacher
does who reads on from a mistake.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from autograd.checks.rounding import adjoints, near, same, slopes_of, unit
from autograd.checks.search import WIDTH, likeliest
from autograd.checks.written import Written
from autograd.core.graph import gradients
from autograd.core.nested import is_array, is_nested, scalar
from autograd.core.nested import number as plain
from autograd.core.node import inputs_first
from autograd.core.sweeps import ROUNDING, carry, down
from autograd.core.value import Value
from autograd.words import number

LARGE = 10_000  # nodes: of a larger graph slips are looked for in a part only
NEAREST = 3_000  # so many of those above the first wrong one
MOST_EXPLAINED = 20  # wrong numbers of one derivation for which slips are looked for

RIGHT, WRONG, FOLLOWS, ACCIDENT = "right", "wrong", "follows", "accident"


# --- what is given ---


def pairs(hand: Any) -> Iterator[tuple[Value, Any, str]]:
    """Each node with its number, and with its index where it stands in an array."""
    if not hand:
        raise ValueError("no gradients to check: give {node: number}, as in {x: 2.2, w: 110}")
    for nodes, numbers in hand.items() if isinstance(hand, Mapping) else hand:
        yield from _elements(nodes, numbers, ())


def _elements(nodes: Any, numbers: Any, index: tuple[int, ...]) -> Iterator[tuple[Value, Any, str]]:
    where = f"[{','.join(map(str, index))}]" if index else ""
    if is_nested(nodes):
        if not is_nested(numbers) or len(numbers) != len(nodes):
            size = f"{len(numbers)} numbers" if is_nested(numbers) else "one number"
            raise ValueError(f"{len(nodes)} nodes, but {size}{' at ' * bool(where)}{where}")
        for i, (node, item) in enumerate(zip(nodes, numbers, strict=True)):
            yield from _elements(node, item, (*index, i))
        return
    if is_array(nodes) or type(nodes) is not Value:
        raise TypeError(f"gradients are given by node: a Value, not {nodes!r:.60}")
    yield nodes, numbers, where


def number_given(v: Value, g: Any, index: str) -> float:
    """A number by hand.  TypeError and ValueError name the node."""
    if type(g) is Value:
        raise TypeError(f"a gradient by hand is a number, not a Value: {g!r:.60}")
    try:
        return float(plain(scalar(g)))
    except (TypeError, ValueError) as error:
        name = f"element {index}" if index and v.label is None else Written([], v).name(v)
        raise type(error)(f"the gradient by hand at {name}: {error}") from None


# --- the judgement ---


class Judgement:
    """The verdict on each given number, and what there is to say about those that are wrong."""

    def __init__(self, y: Value, hand: Any, digits: int | None) -> None:
        self.output, self.digits = y, digits
        self.indices: dict[Value, str] = {}
        self.given: dict[Value, float] = {}
        for v, g, index in pairs(hand):
            self.given[v] = number_given(v, g, index)
            if index and v.label is None:
                self.indices[v] = index
        self.exact = slopes_of(y)
        self.verdicts = dict.fromkeys(self.given, RIGHT)
        self.wrong: list[Value] = []  # in themselves, from the output down
        if any(not same(g, self.exact.get(v, 0.0), 0.0, digits) for v, g in self.given.items()):
            self._judge()

    def _judge(self) -> None:
        for v, g in self.given.items():
            terms = ROUNDING * self.terms.get(v, 0.0)
            true = same(g, self.exact.get(v, 0.0), terms, self.digits)
            consequent = same(g, self.expected(v), terms + self.unsure.get(v, 0.0), self.digits)
            self.verdicts[v] = (
                (RIGHT if consequent else ACCIDENT) if true else FOLLOWS if consequent else WRONG
            )
        place = {v: i for i, v in enumerate(self.exact)}
        wrong = [v for v, verdict in self.verdicts.items() if verdict == WRONG]
        # In this order every node stands above its inputs: nothing wrong is left above the first.
        self.wrong = sorted(wrong, key=lambda v: -place.get(v, -1))
        if not self.wrong:  # all within the rounding of the numbers above
            self.verdicts = dict.fromkeys(self.given, RIGHT)

    @cached_property
    def terms(self) -> dict[Value, float]:
        """The size of the terms that each gradient is the sum of."""
        if len(self.exact) > 10 * LARGE:
            return {v: abs(d) for v, d in self.exact.items()}
        return {v: size for v, (_, size) in adjoints(self.output, self.given).items()}

    @cached_property
    def follows(self) -> dict[Value, float]:
        """What follows for each node from the numbers given above it.

        Of sqrt at 0 nothing: it is reached by a wrong number alone, the true one is 0.
        """

        def share(follows: float, v: Value, i: int) -> float | None:
            slope = v.partials[i]
            return None if slope is None else self.given.get(v, follows) * slope

        return carry(down(list(self.exact)), {self.output: 1.0}, share)

    @cached_property
    def unsure(self) -> dict[Value, float]:
        """How well that is known: the given numbers have so many digits."""

        def share(off: float, v: Value, i: int) -> float:
            g = self.given.get(v)
            if g is not None:
                known = near(g, self.exact[v], 1e-12, 0.0)
                off = 0.0 if known else max(unit(g, self.digits), 1e-9 * abs(g))
            return off * abs(v.partials[i] or 0.0)

        return carry(down(list(self.exact)), {self.output: 0.0}, share)

    def expected(self, v: Value) -> float:
        """What the number should have been, from those given above it."""
        return self.follows.get(v, 0.0)

    def fits(self, v: Value, given: float, expected: float) -> bool:
        """Whether a number given for a node is the expected one."""
        off = ROUNDING * self.terms.get(v, 0.0) + self.unsure.get(v, 0.0)
        size = 1e-3 * abs(given) or 1e-9 * abs(self.expected(v))  # a sum that leaves 0: but nearly
        return same(given, expected, min(off, size), self.digits)

    def lost(self, v: Value) -> bool:
        """Whether a number is right only within the rounding of the terms that it is left of."""
        given, true = self.given[v], self.exact.get(v, 0.0)
        return bool(true) and not same(given, true, 0.0, self.digits)

    # --- words ---

    @cached_property
    def near(self) -> tuple[list[Value], dict[Value, float]]:
        """The nodes to look for slips in, inputs first, and of a part the numbers at its ends."""
        order = list(self.exact)
        if len(order) <= LARGE or not self.wrong:
            return order, {}
        first = self.wrong[0]
        above = {first: None}
        for c in order:
            if len(above) < NEAREST and any(x in above for x in c.inputs):
                above[c] = None
        inside = {x for c in above if c is not first for x in c.inputs}.union(above)
        ends = {v: self.expected(v) for v in inside if v not in above or v is self.output}
        for c in order:
            if c not in above:
                ends |= {x: self.expected(x) for x in c.inputs if x in above and x is not first}
        return [v for v in order if v in inside], ends

    def written(self, level: int = 0) -> Written:
        """The graph in steps; fewer are wholes at each level."""
        found = self._levels.get(level)
        if found is None:
            order, ends = self.near
            found = Written(order, self.output, {**ends, **self.given}, level)
            for v, index in self.indices.items():
                found.rename(v, f"element {index}")
            self._levels[level] = found
        return found

    @cached_property
    def _levels(self) -> dict[int, Written]:
        return {}

    def name(self, v: Value) -> str:
        """The node in words."""
        name = self.written().name(v)
        return f"the leaf {name}" if v.op is None and name == number(v.data) else name

    @cached_property
    def _below(self) -> list[tuple[Value, set[Value]]]:
        """The first wrong numbers, each with the nodes that may follow from it."""
        return [(w, set(inputs_first(w))) for w in self.wrong[:MOST_EXPLAINED]]

    def cause(self, v: Value) -> str:
        """The wrong numbers that this one follows from."""
        below = [w for w, nodes in self._below if w is not v and v in nodes]
        return listed(map(self.name, (below or self.wrong)[:3]))

    def first_line(self, v: Value) -> str:
        """Which number is wrong, and what it should be."""
        said = f"wrong gradient at {self.name(v)}: {number(self.given[v])} given"
        if v not in self.exact:
            return f"{said}, but no path leads there: 0"
        expected, true = self.expected(v), self.exact[v]
        line = f"{said}, {number(expected)} expected"
        return line if same(expected, true, 0.0, None) else f"{line} from your numbers above it"

    def rounded(self, v: Value) -> int | None:
        """The digits of a wrong number that is the right one rounded to them; None if it is not."""
        given = self.given[v]
        digits = len(repr(abs(given)).partition("e")[0].replace(".", "").strip("0"))
        right = self.expected(v), self.exact.get(v, 0.0)
        found = digits > 1 and any(same(given, true, 0.0, digits) for true in right)
        return digits if found and digits < (self.digits or math.inf) else None

    @cached_property
    def fewest(self) -> int | None:
        """The `digits` with which all wrong numbers that are only rounded would be right."""
        return min(filter(None, map(self.rounded, self.wrong)), default=None)

    def advice(self, v: Value, most: int | None) -> tuple[list[str], str]:
        """Lines on a wrong number: that it is rounded, else the likeliest slips; and what was left
        out in the search for these.
        """
        if v not in self.exact:
            return [], ""
        digits = self.rounded(v)
        if digits:
            return [f"right to {digits} digits: give digits={self.fewest}"], ""
        order, ends = self.near
        if len(order) < len(self.exact) and v is not self.wrong[0]:
            return [], ""
        wrong = [v, *(w for w in self.wrong if w is not v)]
        likely, left_out = likeliest(self.written, self.given, ends, wrong, self.fits, most)
        if len(order) < len(self.exact):
            left_out = f"the nearest {len(order):,} of {len(self.exact):,} nodes were searched"
        return [f"likely slip: {text}" for text in likely], left_out

    def account(self, most: int | None) -> list[str]:
        """The whole message."""
        first = self.wrong[0]
        lines = [self.first_line(first)]
        if first in self.exact:
            lines += self._paths(first)
            advice, left_out = self.advice(first, most)
            lines += advice
            if left_out:
                lines.append(f"slips: {left_out}")
        for text, verdict in (
            ("also wrong in itself", WRONG),
            (f"follows from your number at {self.name(first)}", FOLLOWS),
            ("right by accident: it does not follow from your numbers above it", ACCIDENT),
        ):
            others = [v for v, said in self.verdicts.items() if said == verdict and v is not first]
            if verdict == WRONG:
                rounded = dict.fromkeys(v for v in others if self.rounded(v))
                others = [v for v in others if v not in rounded]
                if rounded:
                    lines.append(listed(map(self.name, rounded), "also only rounded: "))
            if verdict == FOLLOWS and len(self.wrong) > 1:
                text = "follows from your numbers above it"
            if others:
                lines.append(listed(map(self.name, others), f"{text}: "))
        return lines

    def _paths(self, v: Value) -> list[str]:
        """Where the gradient of a node comes from: each use with what it hands on."""
        written = self.written()
        shares = written.uses.get(v, [])
        lines = ["incoming gradient × local derivative, path by path:"]
        if not shares:
            lines.append("  1, the gradient of the output by itself")
        for e in shares[:20]:
            adjoint = self.given.get(e.consumer, self.expected(e.consumer))
            product = f"{number(adjoint)} × {signed(e.partial)} = {number(adjoint * e.partial)}"
            rest = f" = {number(e.consumer.data)}: {product}"
            lines.append(f"  from {written.name(e.consumer, min(28, WIDTH - 8 - len(rest)))}{rest}")
        if len(shares) > 20:
            lines.append(f"  and {len(shares) - 20} more")
        if len(shares) > 1:
            lines.append(f"  sum {number(self.expected(v))}")
        return lines


# --- second derivatives ---


def first_wrong_entry(y: Value, hand: Any, digits: int | None) -> Judgement | None:
    """The judgement on the first wrong second derivative, that of d(y)/d(x) by w; None if none."""
    if not hand:
        raise ValueError("second derivatives are given as {(x, w): number}")
    slopes: dict[Value, Value] = {}
    for pair, g in hand.items() if isinstance(hand, Mapping) else hand:
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(type(v) is Value for v in pair)):
            raise TypeError(f"a second derivative is given by two nodes, (x, w), not {pair!r:.60}")
        x, w = pair
        if x not in slopes:
            slopes[x] = gradients(y, [x])[0]
        judge = SecondJudgement(slopes[x], {w: g}, digits, x)
        if judge.wrong:
            return judge
    return None


class SecondJudgement(Judgement):
    """That on one second derivative: the graph is that of the first one."""

    def __init__(self, slope: Value, hand: Any, digits: int | None, x: Value) -> None:
        self.x = x
        super().__init__(slope, hand, digits)

    def first_line(self, v: Value) -> str:
        """Which entry is wrong, and what it should be."""
        entry = f"({self.name(self.x)}, {self.name(v)})"
        true = number(self.exact.get(v, 0.0))
        return f"wrong second derivative at {entry}: {number(self.given[v])} given, {true} expected"


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
