"""Where everything on a sheet goes: the engine's places, and the lines and titles made from them.

Invariant: every line begins and ends at what it joins, and runs straight through its label.  Points
are complex numbers, x + iy, in points of 1/72 inch, y downwards.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from autograd.draw.dot import QUICK, digraph
from autograd.draw.item import Frame, Item, Link, Sheet
from autograd.draw.layout import layout

MARGIN = 4.0
NEAR = 48.0  # from a name to a label in the next rank: no other item is between them
AHEAD = {"LR": 1 + 0j, "RL": -1 + 0j, "TB": 1j, "BT": -1j}
ASIDE = 14.0  # from what is in a frame to its sides
TITLE = 18.0  # the height of a title's strip in its frame

Curve = list[complex]  # Bézier points: a start, then three for each piece; or the start alone
Rectangle = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Line:
    """A line in pieces, between which it runs straight, and the tip of its arrow, if it has one."""

    curves: tuple[Curve, ...]
    tip: complex | None


@dataclass(frozen=True, slots=True)
class Places:
    """All places on a sheet, by id."""

    width: float
    height: float
    items: dict[str, complex]  # their middles
    frames: dict[str, Rectangle]
    lines: dict[str, Line]
    titles: dict[str, tuple[complex, bool]]  # where a frame's title starts, and whether it is free
    texts: dict[str, complex]  # of links: their middles


def places(sheet: Sheet) -> Places:
    """The places of everything on the sheet."""
    found = _Placed(sheet, mirrored=False)
    wrong, right = found.orders
    if wrong > right and len(sheet.links) <= QUICK:
        mirror = _Placed(sheet, mirrored=True)
        if mirror.orders[0] < wrong:
            found = mirror
    made = found.places()
    crossed = _crossed(made)
    if crossed and sheet.look.upright and len(sheet.links) <= QUICK:
        wide = tuple(_wide(f) if f.id in crossed else f for f in sheet.frames)
        wider = _Placed(replace(sheet, frames=wide), found.mirrored).places()
        if len(_crossed(wider)) < len(crossed):
            made = _trimmed(wider, sheet, crossed)
    return made


def _crossed(made: Places) -> set[str]:
    """The frames whose titles have no free place: where lines run up or down, one goes through."""
    return {id for id, (_, free) in made.titles.items() if not free}


def _wide(frame: Frame) -> Frame:
    """The frame with room for its title on either side of a line through its middle."""
    return replace(frame, room=2.0 * (frame.title.width + 12.0))


def _trimmed(made: Places, sheet: Sheet, widened: set[str]) -> Places:
    """What was made wider for titles without what of it is left empty beside them."""
    frames = dict(made.frames)
    for frame in reversed(sheet.frames):  # inner ones first
        if frame.id in widened:
            left, top, right, bottom = frames[frame.id]
            start, _ = made.titles[frame.id]
            low, high = _extent(made, sheet, frames, frame.id)
            low = min(low - ASIDE, start.real - 8.0)
            high = max(high + ASIDE, start.real + frame.title.width + 8.0)
            frames[frame.id] = max(left, low), top, min(right, high), bottom
    _, high = _extent(made, sheet, frames, None)
    return replace(made, width=min(made.width, high + MARGIN), frames=frames)


def _extent(
    made: Places, sheet: Sheet, frames: dict[str, Rectangle], box: str | None
) -> tuple[float, float]:
    """From where to where, from left to right, what is in a frame reaches, or what is in none."""
    xs = [x for f in sheet.frames if f.parent == box for x in frames[f.id][::2]]
    for item in sheet.items:
        if item.box == box:
            x = made.items[item.id].real
            xs += [x - 0.5 * item.width, x + 0.5 * item.width]
    for link in sheet.links:
        if link.box == box:
            xs += [p.real for p in along(made.lines[link.id])]
            if link.text is not None:
                x = made.texts[link.id].real
                xs += [x - 0.5 * link.text.width, x + 0.5 * link.text.width]
    return min(xs), max(xs)


class _Placed:
    """A sheet with the places that the engine gave, or with those mirrored along the lines' way.

    The engine keeps no order of operands inside of frames; the mirror image may.
    """

    def __init__(self, sheet: Sheet, mirrored: bool) -> None:
        self.sheet = sheet
        self.unit = AHEAD[sheet.look.direction]
        upright = sheet.look.upright
        placed = layout(digraph(sheet, texts=False, mirrored=mirrored).source)
        _, _, self.wide, self.high = _numbers(placed["bb"])
        self.mirrored = mirrored
        self.objects = {o["name"]: o for o in placed.get("objects", ())}
        self.edges: dict[str, Any] = {e.get("id"): e for e in placed.get("edges", ())}
        self.items = {item.id: item for item in sheet.items}
        self.gaps: list[tuple[float, float, float]] = []
        self.middles = {id: self.at(self.objects[id]["pos"]) for id in self.items}
        self.gaps = self.crowded_gaps()
        self.middles = {id: self.at(self.objects[id]["pos"]) for id in self.items}
        self.columns = sorted((middle / self.unit).real for middle in self.middles.values())
        self.reach: dict[float, tuple[float, float]] = {}  # of each column: from where to where
        for id, item in self.items.items():
            column = self.column(id)
            front, back = ((self.side(id, sign) / self.unit).real for sign in (-1.0, 1.0))
            if item.shape != "label":
                low, high = self.reach.get(column, (front, back))
                self.reach[column] = min(front, low), max(back, high)
        more = sum(extra for _, _, extra in self.gaps)
        self.size = complex(self.wide, self.high) + complex(*((0, more) if upright else (more, 0)))

    def at(self, pos: str) -> complex:
        """A point of the engine's, whose y runs upwards."""
        x, y = _numbers(pos)
        upright = self.sheet.look.upright
        x = self.wide - x if self.mirrored and upright else x
        y = y if self.mirrored and not upright else self.high - y
        along = y if upright else x
        for start, stop, extra in self.gaps:
            more = extra * min(max((along - start) / (stop - start), 0.0), 1.0)
            x, y = (x, y + more) if upright else (x + more, y)
        return complex(x + MARGIN, y + MARGIN)

    def crowded_gaps(self) -> list[tuple[float, float, float]]:
        """From where to where many lines run side by side, and how much wider that is to be."""
        upright = self.sheet.look.upright
        many: Counter[tuple[float, float]] = Counter()
        for link in self.sheet.links:
            if link.head is not None and (link.port is not None or link.stroke is not None):
                ends = self.side(link.label or link.tail, 1.0), self.side(link.head, -1.0)
                low, high = sorted((p.imag if upright else p.real) - MARGIN for p in ends)
                many[low, high] += 1
        merged: list[tuple[float, float, int]] = []
        for (low, high), count in sorted(many.items()):
            if merged and low < merged[-1][1]:
                before = merged.pop()
                low, high = max(before[0], low), min(before[1], high)
                count += before[2]
            merged.append((low, high, count))
        if any(link.stroke for link in self.sheet.links):  # straight lines are not to be steep
            extent = self.wide if upright else self.high
            return [(a, b, min(0.25 * extent, 400.0)) for a, b, n in merged if a < b]
        wide = ((a, b, n) for a, b, n in merged if n > 8 and a < b)
        return [(a, b, min(6.0 * n**0.5, 150.0)) for a, b, n in wide]

    @property
    def orders(self) -> tuple[int, int]:
        """How many operators have their two operands in the wrong order, how many in the right."""
        across: dict[str, list[float]] = {}
        for link in self.sheet.links:
            if link.head is not None and link.port is None:
                at = self.middles[link.label or link.tail]
                across.setdefault(link.head, []).append(at.real if self.unit.imag else at.imag)
        pairs = [(p[0], p[1]) for p in across.values() if len(p) == 2 and p[0] != p[1]]
        wrong = sum(a > b for a, b in pairs)
        return wrong, len(pairs) - wrong

    def places(self) -> Places:
        lines = {link.id: self.line(link) for link in self.sheet.links}
        frames = {frame.id: self.frame(frame) for frame in self.sheet.frames}
        hits = _Obstacles(self, lines, list(frames.values()))
        return Places(
            self.size.real + 2.0 * MARGIN,
            self.size.imag + 2.0 * MARGIN,
            self.middles,
            frames,
            lines,
            {f.id: _free_title(f, frames[f.id], hits) for f in self.sheet.frames},
            {
                link.id: self.at(self.edges[link.id]["lp"])
                for link in self.sheet.links
                if link.text is not None
            },
        )

    def frame(self, frame: Frame) -> Rectangle:
        x0, y0, x1, y1 = _numbers(self.objects[f"cluster_{frame.id}"]["bb"])
        a, b = self.at(f"{x0},{y0}"), self.at(f"{x1},{y1}")
        return min(a.real, b.real), min(a.imag, b.imag), max(a.real, b.real), max(a.imag, b.imag)

    def side(self, id: str, sign: float) -> complex:
        """The middle of that side of an item to which lines run (1) or from which they come."""
        item, unit = self.items[id], self.unit
        half = complex(unit.real * item.width, unit.imag * item.height)
        return self.middles[id] + 0.5 * sign * half

    def column(self, id: str) -> float:
        """Where the middles of its column are, along the lines."""
        return round((self.middles[id] / self.unit).real)

    def between(self, start: complex, end: complex) -> bool:
        """Whether a column lies between two points."""
        before, behind = (start / self.unit).real + 1.0, (end / self.unit).real - 1.0
        return bisect_left(self.columns, before) < bisect_left(self.columns, behind)

    def hits(self, curve: Curve, link: Link) -> bool:
        """Whether a curve comes near an item; in a large picture it is not looked at."""
        if len(self.sheet.links) > QUICK:
            return True
        points, ends = list(along(Line((curve,), None))), (link.tail, link.label, link.head)
        for id, item in self.items.items():
            x0, y0, x1, y1 = area(item, self.middles[id])
            near = any(x0 - 3 < p.real < x1 + 3 and y0 - 3 < p.imag < y1 + 3 for p in points)
            if near and id not in ends:
                return True
        return False

    def line(self, link: Link) -> Line:
        unit = self.unit
        if link.stroke is not None:
            return self.straight(link)
        if link.label is None:
            return self.arrow(link, link.id, self.side(link.tail, 1.0))
        start, enter = self.side(link.tail, 1.0), self.side(link.label, -1.0)
        first = self.points(f"{link.id}_in")[0]
        gap = ((enter - start) / unit).real
        if self.items[link.tail].shape == "plain" and gap < NEAR:
            first = [start, start + 0.7 * gap * unit, enter - 0.7 * gap * unit, enter]
        first[-2:] = [_straight(enter, first[-2], -unit), enter]
        leave = self.side(link.label, 1.0)
        if link.head is None:
            return Line((first, [leave]), None)
        rest = self.arrow(link, f"{link.id}_out", leave)
        second = rest.curves[0]
        second[:2] = [leave, _straight(leave, second[1], unit)]
        return Line((first, *rest.curves), rest.tip)

    def straight(self, link: Link) -> Line:
        """A line from circle to circle; where others stand between them the engine's."""
        a, b = self.middles[link.tail], self.middles[link.head or ""]
        r, s = 0.5 * self.items[link.tail].width, 0.5 * self.items[link.head or ""].width
        before, behind = (a / self.unit).real + r, (b / self.unit).real - s
        if self.between(before * self.unit, behind * self.unit):
            return Line((self.points(link.id)[0],), None)
        along = (b - a) / abs(b - a)
        start, end = a + r * along, b - s * along
        return Line(([start, start + (end - start) / 3, end - (end - start) / 3, end],), None)

    def arrow(self, link: Link, id: str, start: complex) -> Line:
        """The line that ends in an arrow; between neighbouring columns it swings over in an S."""
        curve, tip = self.points(id)
        length = 10.0 * self.sheet.look.style.arrow
        if link.port is not None and link.head is not None:
            end = curve[-1] = tip - length * self.unit  # level, and where its gap was made wider
            a, b = start, end  # straight as far as others in the two columns are wider
            if link.label is None:
                _, back = self.reach.get(self.column(link.tail), (-inf, -inf))
                a += max(back - (a / self.unit).real, 0.0) * self.unit
            front = self.reach[self.column(link.head)][0] - length
            b -= max((b / self.unit).real - front, 0.0) * self.unit
            gap = 0.5 * ((b - a) / self.unit).real
            swing = [a, a + gap * self.unit, b - gap * self.unit, b]
            far = self.between(start, self.middles[link.head])
            if gap > 0.0 and not (far and self.hits(swing, link)):
                pieces = [[start]] * (a != start) + [swing] + [[end]] * (b != end)
                return Line(tuple(pieces), tip)
        return Line((curve,), tip)

    def points(self, id: str) -> tuple[Curve, complex]:
        """The engine's Bézier curve, and the tip of its arrow, or its end again without one."""
        points = self.edges[id]["pos"].split()
        tip = points.pop(0)[2:] if points[0].startswith("e,") else points[-1]
        return [self.at(p) for p in points], self.at(tip)


def _straight(a: complex, b: complex, unit: complex) -> complex:
    """A control point from a straight ahead, as far ahead as b."""
    return a + unit * max(((b - a) / unit).real, 4.0)


def _numbers(pos: str) -> tuple[float, ...]:
    return tuple(map(float, pos.split(",")))


# --- titles ---


class _Obstacles:
    """What a title must not touch: points along all lines, and all items, from left to right."""

    def __init__(self, placed: _Placed, lines: dict[str, Line], frames: list[Rectangle]) -> None:
        near = (line for line in lines.values() if any(_meets(line, frame) for frame in frames))
        self.points = sorted((p.real, p.imag) for line in near for p in along(line))
        self.items = [area(item, placed.middles[item.id]) for item in placed.sheet.items]

    def touch(self, r: Rectangle) -> bool:
        left, top, right, bottom = r
        start, stop = bisect_left(self.points, (left,)), bisect_left(self.points, (right,))
        return any(top < y < bottom for _, y in self.points[start:stop]) or any(
            x0 < right and left < x1 and y0 < bottom and top < y1 for x0, y0, x1, y1 in self.items
        )


def _meets(line: Line, r: Rectangle) -> bool:
    """Whether a line may come into a rectangle: it stays between its control points."""
    points = [p for curve in line.curves for p in curve]
    xs, ys = [p.real for p in points], [p.imag for p in points]
    return min(xs) < r[2] and r[0] < max(xs) and min(ys) < r[3] and r[1] < max(ys)


def _free_title(frame: Frame, around: Rectangle, hits: _Obstacles) -> tuple[complex, bool]:
    """Where the title starts: along the upper or lower side of its frame, where nothing is."""
    left, top, right, bottom = around
    wide = frame.title.width
    for y in (top, bottom - TITLE):
        x = left + 8.0
        while x + wide < right - 4.0 or x == left + 8.0:
            if not hits.touch((x - 2.0, y + 1.0, x + wide + 2.0, y + TITLE - 1.0)):
                return complex(x, y + 0.5 * TITLE + 2.0), True
            x += 6.0
    return complex(left + 8.0, top + 0.5 * TITLE + 2.0), False


def area(item: Item, middle: complex) -> Rectangle:
    """The rectangle that an item covers; of a bare text that of its letters."""
    if item.shape not in ("plain", "label"):
        x, y = 0.5 * item.width, 0.5 * item.height
        return middle.real - x, middle.imag - y, middle.real + x, middle.imag + y
    sides = [t.area(middle) for t in item.texts] or [(middle.real, middle.imag) * 2]
    lows, highs = zip(*((s[:2], s[2:]) for s in sides), strict=True)
    (x0, y0), (x1, y1) = map(min, zip(*lows, strict=True)), map(max, zip(*highs, strict=True))
    return x0, y0, x1, y1


def along(line: Line, step: float = 3.0) -> Iterator[complex]:
    """Points along a line, some `step` points from one to the next."""
    before: complex | None = None
    for curve in line.curves:
        if before is not None:
            yield from _between(before, curve[0], step)
        for i in range(0, len(curve) - 1, 3):
            a, b, c, d = curve[i : i + 4]
            n = 1 + int((abs(b - a) + abs(c - b) + abs(d - c)) / step)
            for k in range(n):
                t = k / n
                s = 1.0 - t
                yield s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d
        before = curve[-1]
    if before is not None and line.tip is not None:
        yield from _between(before, line.tip, step)
        before = line.tip
    if before is not None:
        yield before


def _between(a: complex, b: complex, step: float) -> Iterator[complex]:
    n = 1 + int(abs(b - a) / step)
    yield from (a + (b - a) * k / n for k in range(n))
