"""Where titles, lines and gaps go, on sheets made by hand and placed by an engine made by hand."""

import json
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

import pytest

from autograd.draw.item import Frame, Item, Link, Sheet, Text
from autograd.draw.layout import use
from autograd.draw.place import Line, along, area, places
from autograd.draw.sheet import look
from autograd.draw.svg import svg

HIGH = 200.0  # of every layout here, whose y runs upwards


@contextmanager
def engine(middles, frames=None, edges=None):
    """Things at these places, y downwards from the upper left corner; lines by their points."""

    def point(p):
        return f"{p.real:g},{HIGH - p.imag:g}"

    objects = [{"name": name, "pos": point(p)} for name, p in middles.items()]
    for name, (x0, y0, x1, y1) in (frames or {}).items():
        objects.append({"name": f"cluster_{name}", "bb": f"{x0},{HIGH - y1},{x1},{HIGH - y0}"})
    lines = []
    for id, points in (edges or {}).items():
        *curve, tip = map(point, points)
        lines.append({"id": id, "pos": " ".join([f"e,{tip}", *curve])})
    placed = {"bb": f"0,0,400,{HIGH:g}", "objects": objects, "edges": lines}
    use(lambda source: json.dumps(placed))
    try:
        yield
    finally:
        use(None)


def item(id, width=20.0, height=10.0, shape="round", texts=(), **more):
    return Item(id, "node operator", shape, width, height, tuple(texts), id, None, **more)


MARGIN = 4.0  # around all


# --- titles ---


def title_among(middles, frame=(10.0, 10.0, 130.0, 90.0), width=20.0, height=10.0):
    """Where a title of three letters starts, from its frame's corner, and whether it is free."""
    text = Text("abc", "title", 13.0, anchor="start")
    items = [item(f"i{k}", width, height) for k in range(len(middles))]
    sheet = Sheet(look("book"), tuple(items), (), (Frame("f", text, None),))
    with engine({f"i{k}": p for k, p in enumerate(middles)}, {"f": frame}):
        start, free = places(sheet).titles["f"]
    return start - complex(frame[0] + MARGIN, frame[1] + MARGIN), free


def test_a_title_stands_in_the_upper_left_corner():
    assert title_among([]) == (8 + 11j, True)


@pytest.mark.parametrize(
    "middle, moved",
    [
        (6 + 20j, False),  # to the left of it: it begins 2 points before its letters
        (7 + 20j, True),
        (30 + 32j, False),  # below: its strip is 18 points high, but for one on each side
        (30 + 31j, True),
        (30 + 6j, False),  # above the frame
        (30 + 7j, True),
        (56 + 20j, False),  # to the right
        (54.96 + 20j, False),
        (54 + 20j, True),
    ],
)
def test_a_title_keeps_clear_of_what_comes_near(middle, moved):
    start, free = title_among([middle])
    assert free and (start != 8 + 11j) == moved
    assert start.imag == 11.0 and (start.real - 8.0) % 6.0 == 0.0


def test_a_title_goes_no_farther_than_it_must():
    """An item to x = 50: 2 points of room, and the next of the places that are 6 points apart."""
    start, _ = title_among([40 + 20j])
    assert start == 44 + 11j
    for right, y in ((83.0, 11), (82.9, 73)):  # it ends 4 points before the frame's end, at 79
        start, free = title_among([40 + 20j], (10.0, 10.0, right, 90.0))
        assert (start.imag, free) == (y, True)


def test_a_title_goes_to_the_lower_side_and_where_nothing_is_free_over_all():
    row = [complex(x, 20) for x in range(20, 131, 20)]
    assert title_among(row) == (8 + 73j, True)
    assert title_among([*row, *(p + 60j for p in row)]) == (8 + 11j, False)


def test_a_title_that_is_wider_than_its_frame_is_free_where_nothing_is():
    narrow = (10.0, 10.0, 30.0, 90.0)
    assert title_among([], narrow) == (8 + 11j, True)
    assert title_among([20 + 20j], narrow) == (8 + 73j, True)


def test_a_line_is_in_the_way_of_a_title():
    text = Text("abc", "title", 13.0, anchor="start")
    items = item("a", 2.0, 2.0), item("b", 2.0, 2.0)
    link = Link("l", "a", "b", None, "", None)
    sheet = Sheet(look("box"), items, (link,), (Frame("f", text, None),))
    for y, moved in ((20.0, 38.0), (95.0, 8.0)):
        ends = {"a": complex(5, y), "b": complex(45, y)}
        curve = [complex(x, y) for x in (6, 20, 30, 40, 44)]
        with engine(ends, {"f": (10.0, 10.0, 130.0, 90.0)}, {"l": curve}):
            start, _ = places(sheet).titles["f"]
        assert start.real - 14.0 == moved


# --- rectangles, points along a line ---


def test_an_item_covers_its_rectangle_and_a_bare_text_that_of_its_letters():
    assert area(item("a", 20.0, 10.0), 50 + 40j) == (40.0, 35.0, 60.0, 45.0)
    assert area(item("a", 20.0, 10.0, "circle"), 50 + 40j) == (40.0, 35.0, 60.0, 45.0)
    assert area(item("a", 20.0, 10.0, "plain"), 50 + 40j) == (50.0, 40.0, 50.0, 40.0)
    texts = Text("a", "name", 10.0, x=-3.0, y=-8.0), Text("bcd", "name", 10.0, x=3.0, y=8.0)
    left, top, right, bottom = area(item("a", 90.0, 90.0, "label", texts), 50 + 40j)
    assert (left, right) == pytest.approx((53.0 - 9.6, 53.0 + 9.6))
    assert (top, bottom) == pytest.approx((32.0 - 4.0, 48.0 + 4.0))


@pytest.mark.parametrize("step", [None, 1.0])
def test_points_along_a_line_are_close_to_one_another_and_on_it(step):
    curve = [0 + 0j, 0 + 20j, 40 + 20j, 40 + 40j, 40 + 60j, 50 + 60j, 60 + 60j]
    line = Line(([-10 + 0j], curve, [90 + 60j]), 99 + 60j)
    points = list(along(line) if step is None else along(line, step))
    step = step or 3.0
    for end in (-10 + 0j, 0j, 40 + 40j, 60 + 60j, 90 + 60j, 99 + 60j):
        assert end in points
    assert points[0] == -10 and points[-1] == 99 + 60j
    gaps = [abs(b - a) for a, b in pairwise(points) if a != b]
    assert 0.6 * step < min(gaps) and max(gaps) < 1.5 * step
    for t in (0.25, 0.5, 0.75):  # on both pieces
        for a, b, c, d in (curve[:4], curve[3:]):
            p = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t**3 * d
            assert min(abs(p - q) for q in points) < step
    assert list(along(Line((), None))) == []
    assert list(along(Line(([5 + 5j],), None))) == [5 + 5j]


# --- along the lines: in each direction the same ---

WIDE = 400.0
DIRECTIONS = pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])


class Turned:
    """Points written as from left to right, turned to a direction and back."""

    def __init__(self, direction):
        self.direction, self.look = direction, direction

    def __call__(self, p):
        x, y = p.real, p.imag
        return {
            "LR": complex(x, y),
            "RL": complex(WIDE - x, y),
            "TB": complex(y, x),
            "BT": complex(y, HIGH - x),
        }[self.direction]

    def places(self, items, links, middles, curves, style="box", bb=(WIDE, HIGH)):
        """Where all goes, with items of a width and a height as from left to right."""
        if self.direction in ("TB", "BT"):
            items = [replace(i, width=i.height, height=i.width) for i in items]
        sheet = Sheet(look(style, direction=self.direction), tuple(items), tuple(links), ())
        middles = {id: self(p) for id, p in middles.items()}
        curves = {id: [self(p) for p in curve] for id, curve in curves.items()}
        with engine(middles, edges=curves):
            found = places(sheet)
        self.high = found.height - 2 * MARGIN if self.direction in ("TB", "BT") else None
        self.size = complex(found.width - 2 * MARGIN, found.height - 2 * MARGIN)
        return found

    def back(self, p):
        """As from left to right, without the margin; a gap that was made wider included."""
        p -= complex(MARGIN, MARGIN)
        x, y = p.real, p.imag
        return {
            "LR": complex(x, y),
            "RL": complex(self.size.real - x, y),
            "TB": complex(y, x),
            "BT": complex(self.size.imag - y, x),
        }[self.direction]

    def line(self, line):
        tip = None if line.tip is None else self.back(line.tip)
        return [[self.back(p) for p in curve] for curve in line.curves], tip


def nearly(points):
    return [pytest.approx(p, abs=1e-9) for p in points]


ENGINES = [20 + 50j, 40 + 90j, 70 + 90j, 95 + 50j, 100 + 50j]  # a curve of it, and the tip


def swing(direction, middle=None, others=(), port=0, label=None):
    """The line from an item at 10 to one at 110, with another between, at its middle."""
    turned = Turned(direction)
    items = [item("a"), item("b", ports=2)]
    middles = {"a": 10 + 50j, "b": 110 + 50j}
    for k, p in enumerate(([] if middle is None else [middle]) + list(others)):
        items.append(item(f"m{k}"))
        middles[f"m{k}"] = p
    link = Link("l", "a", "b", None, "", None, port=port)
    found = turned.places(items, [link], middles, {"l": ENGINES})
    return turned.line(found.lines["l"])


S = [20 + 50j, 57.5 + 50j, 57.5 + 50j, 95 + 50j]  # to the arrow, which is 5 points long


@DIRECTIONS
def test_a_line_between_neighbouring_columns_swings_over(direction):
    curves, tip = swing(direction)
    assert curves == [nearly(S)] and tip == pytest.approx(100 + 50j)
    assert swing(direction, port=None)[0] == [nearly(ENGINES[:-1])]


@DIRECTIONS
@pytest.mark.parametrize(
    "middle, near",
    [
        (60 + 58.01j, False),  # 5 points to its side, and 3 of room
        (60 + 57.99j, True),
        (60 + 41.99j, False),
        (60 + 42.01j, True),
        (60 + 50j, True),
    ],
)
def test_a_line_over_other_columns_swings_where_nothing_is_near(direction, middle, near):
    curves, tip = swing(direction, middle)
    assert curves == [nearly(ENGINES[:-1] if near else S)] and tip == pytest.approx(100 + 50j)


@DIRECTIONS
@pytest.mark.parametrize(
    "other, near", [(7 + 50j, False), (7.5 + 50j, True), (108 + 50j, False), (107.5 + 50j, True)]
)
def test_what_is_before_and_behind_a_line_is_not_near_it(direction, other, near):
    narrow = item("o", width=20.0, height=10.0)
    turned = Turned(direction)
    middles = {"a": 10 + 50j, "b": 110 + 50j, "m": 60 + 90j, "o": other}
    link = Link("l", "a", "b", None, "", None, port=0)
    items = [item("a"), item("b", ports=2), item("m"), narrow]
    found = turned.places(items, [link], middles, {"l": ENGINES})
    curves, _ = turned.line(found.lines["l"])
    flat = [p for curve in curves for p in curve]
    assert (max(p.imag for p in flat) == 90.0) == near


@DIRECTIONS
@pytest.mark.parametrize("x, far", [(20.9, False), (21.0, True), (108.9, True), (109.0, False)])
def test_a_column_is_between_from_a_point_behind_the_start_to_one_before_the_head(
    direction, x, far
):
    """What is near matters only then: this item is, as it lies on the line."""
    turned = Turned(direction)
    middles = {"a": 10 + 50j, "b": 110 + 50j, "m": complex(x, 150), "near": complex(x, 50)}
    items = [item("a"), item("b", ports=2), item("m"), item("near", 40.0, 1.0)]
    link = Link("l", "a", "b", None, "", None, port=0)
    found = turned.places(items, [link], middles, {"l": ENGINES})
    curves, _ = turned.line(found.lines["l"])
    assert (max(p.imag for curve in curves for p in curve) == 90.0) == far


@DIRECTIONS
def test_a_line_is_level_as_far_as_others_in_its_columns_are_wider(direction):
    turned = Turned(direction)
    items = [item("a"), item("b", ports=2), item("wide", 40.0), item("broad", 50.0)]
    middles = {"a": 10 + 50j, "b": 110 + 50j, "wide": 10 + 90j, "broad": 110 + 120j}
    link = Link("l", "a", "b", None, "", None, port=0)
    found = turned.places(items, [link], middles, {"l": ENGINES})
    curves, tip = turned.line(found.lines["l"])
    middle = 0.5 * (30 + 80)  # 85 is where the broad one begins, less the arrow
    swung = [30 + 50j, complex(middle, 50), complex(middle, 50), 80 + 50j]
    assert curves == [nearly([20 + 50j]), nearly(swung), nearly([95 + 50j])]
    assert tip == pytest.approx(100 + 50j)


@DIRECTIONS
@pytest.mark.parametrize("width, room", [(94.5, True), (95.0, False), (120.0, False)])
def test_where_there_is_no_room_the_line_is_the_engines(direction, width, room):
    turned = Turned(direction)
    items = [item("a"), item("b", ports=2), item("wide", width), item("broad", 95.0)]
    middles = {"a": 10 + 50j, "b": 110 + 50j, "wide": 10 + 90j, "broad": 110 + 120j}
    link = Link("l", "a", "b", None, "", None, port=0)
    found = turned.places(items, [link], middles, {"l": ENGINES})
    curves, _ = turned.line(found.lines["l"])
    assert (curves != [nearly(ENGINES[:-1])]) == room


def through(direction, shape, start=20.0, into=(), enter=60.0):
    """The line from an item that ends at `start`, through a label, to one in the next column."""
    turned = Turned(direction)
    items = [item("a", 20.0, 10.0, shape), item("e", 30.0, 10.0, "label"), item("b")]
    middles = {"a": complex(start - 10, 70), "e": complex(enter + 15, 50), "b": 160 + 80j}
    curves = {
        "l_in": [complex(start, 70), complex(start + 2, 70), *into, 50 + 61j, complex(enter, 50)],
        "l_out": [90 + 50j, 92 + 51j, 120 + 75j, 143 + 80j, 150 + 80j],
    }
    curves["l_in"].append(curves["l_in"][-1])  # the tip, which is none
    link = Link("l", "a", "b", "e", "", None)
    found = turned.places(items, [link], middles, curves, "book")
    return turned.line(found.lines["l"])


@DIRECTIONS
def test_a_line_runs_straight_through_its_label(direction):
    curves, tip = through(direction, "circle")
    first, second = curves
    assert first[-2:] == nearly([50 + 50j, 60 + 50j])  # as far before it as the engine's
    assert second[:2] == nearly([90 + 50j, 94 + 50j])  # but no less than 4 points
    assert first[:2] == nearly([20 + 70j, 22 + 70j]) and tip == pytest.approx(150 + 80j)
    assert second[2:] == nearly([120 + 75j, 143 + 80j])
    more = [30 + 60j, 32 + 60j, 34 + 60j]  # a curve of two pieces
    (first, _), _ = through(direction, "circle", into=more)
    assert first == nearly([20 + 70j, 22 + 70j, *more, 50 + 50j, 60 + 50j])


@DIRECTIONS
@pytest.mark.parametrize("start, swings", [(12.5, True), (12.0, False)])
def test_a_name_near_a_label_has_a_line_that_swings_to_it(direction, start, swings):
    """Nearer than 48 points: the control points lie seven tenths of the way on."""
    gap = 60.0 - start
    curves, _ = through(direction, "plain", start)
    controls = [complex(start + 0.7 * gap, 70), complex(60 - 0.7 * gap, 50)]
    engines = [complex(start + 2, 70), 50 + 50j]
    assert curves[0][1:3] == nearly(controls if swings else engines)


@DIRECTIONS
def test_a_line_without_a_head_ends_behind_its_label(direction):
    turned = Turned(direction)
    items = [item("a"), item("e", 30.0, 10.0, "label")]
    curve = [20 + 50j, 30 + 50j, 50 + 50j, 60 + 50j, 60 + 50j]
    link = Link("l", "a", None, "e", "", None)
    found = turned.places(items, [link], {"a": 10 + 50j, "e": 75 + 50j}, {"l_in": curve})
    curves, tip = turned.line(found.lines["l"])
    assert (curves[1], tip) == (nearly([90 + 50j]), None)


# --- networks, and gaps that are made wider ---


def weights(direction, middles, pairs, width=20.0):
    """Circles, and straight lines between pairs of them; where the items are and the lines go."""
    turned = Turned(direction)
    items = [item(id, width, width, "circle") for id in middles]
    links = [Link(a + b, a, b, None, "", None, stroke="#000000") for a, b in pairs]
    engines = [0j, 1 + 150j, 2 + 150j, 3 + 0j, 3 + 0j]
    curves = {a + b: engines for a, b in pairs}
    found = turned.places(items, links, middles, curves, "network")
    lines = {id: turned.line(line)[0] for id, line in found.lines.items()}
    return {id: turned.back(p) for id, p in found.items.items()}, lines


@DIRECTIONS
def test_a_weights_line_goes_from_circle_to_circle(direction):
    """The gap is wider by a quarter of the height, so that no line is steep."""
    extent = 0.25 * (HIGH if direction in ("LR", "RL") else WIDE)
    found, lines = weights(direction, {"a": 10 + 50j, "b": 110 + 90j}, ["ab"])
    assert found["a"] == pytest.approx(10 + 50j)
    extra = found["b"].real - 110
    assert found["b"].imag == pytest.approx(90) and extra > 0
    assert extra == pytest.approx(extent)
    a, b = found["a"], found["b"]
    ahead = (b - a) / abs(b - a)
    start, end = a + 10 * ahead, b - 10 * ahead
    third = (end - start) / 3
    assert lines["ab"] == [nearly([start, start + third, end - third, end])]


@DIRECTIONS
@pytest.mark.parametrize("x, between", [(20.4, False), (20.7, True), (99.2, True), (99.6, False)])
def test_where_a_column_stands_between_circles_the_line_is_the_engines(direction, x, between):
    """From 1 point behind the first to 1 before the other, once the gap is wider: by 50 or 100."""
    _, lines = weights(direction, {"a": 10 + 50j, "b": 110 + 50j, "m": complex(x, 150)}, ["ab"])
    (curve,) = lines["ab"]
    assert (max(p.imag for p in curve) > 60.0) == between


@DIRECTIONS
@pytest.mark.parametrize("count, extra", [(8, 0.0), (9, 18.0), (16, 24.0), (700, 150.0)])
def test_where_more_than_eight_lines_run_side_by_side_there_is_more_room(direction, count, extra):
    turned = Turned(direction)
    items = [item(f"a{k}", 20.0, 1.0) for k in range(count)]
    items += [item("b", ports=count), item("behind"), item("within")]
    middles = {f"a{k}": complex(10, k / 10) for k in range(count)}
    middles |= {"b": 110 + 50j, "behind": 310 + 50j, "within": 60 + 150j}
    links = [Link(f"l{k}", f"a{k}", "b", None, "", None, port=k) for k in range(count)]
    links += [Link("other", "b", "behind", None, "", None)] * 20  # as many, but to no side
    found = turned.places(items, links, middles, dict.fromkeys((x.id for x in links), ENGINES))
    at = {id: turned.back(p).real for id, p in found.items.items()}
    places = [at[id] for id in ("a0", "within", "b", "behind")]
    assert places == nearly([10, 60 + extra / 2, 110 + extra, 310 + extra])


@DIRECTIONS
def test_gaps_that_overlap_are_one(direction):
    """Five lines over 20 ... 100 and four over 40 ... 100: nine over what they share."""
    turned = Turned(direction)
    items = [item(f"a{k}", 20.0 if k < 5 else 60.0, 1.0) for k in range(9)] + [item("b", ports=9)]
    middles = {f"a{k}": complex(10, 10 * k) for k in range(9)} | {"b": 110 + 50j}
    links = [Link(f"l{k}", f"a{k}", "b", None, "", None, port=k) for k in range(9)]
    items.append(item("before"))
    middles["before"] = 35 + 150j
    found = turned.places(items, links, middles, dict.fromkeys((x.id for x in links), ENGINES))
    at = {id: turned.back(p).real for id, p in found.items.items()}
    assert [at["before"], at["b"]] == nearly([35, 110 + 18])


# --- the order of operands ---


@contextmanager
def engines(*answers):
    """An engine with an answer for each question; what it was asked."""
    asked = []

    def answer(source):
        asked.append(source)
        return answers[len(asked) - 1]

    use(answer)
    try:
        yield asked
    finally:
        use(None)


def placed(ys, turned):
    """Two operands at these heights, y upwards, and what they go into; turned to upright or not."""
    middles = {"a": complex(10, ys[0]), "b": complex(10, ys[1]), "c": 110 + 50j}
    pos = {
        id: f"{p.imag},{100 - p.real}" if turned else f"{p.real},{p.imag}"
        for id, p in middles.items()
    }
    objects = [{"name": id, "pos": p} for id, p in pos.items()]
    edges = [{"id": id, "pos": "e,5,5 1,1 2,2 3,3 4,4"} for id in ("ac", "bc")]
    return json.dumps({"bb": "0,0,200,100", "objects": objects, "edges": edges})


def order(answers, direction="LR", ports=(None, None), heads=("c", "c")):
    """How often the engine is asked, and where the operands are at last, one beside the other."""
    turned = direction in ("TB", "BT")
    items = item("a"), item("b"), item("c", ports=2 * (ports[0] is not None))
    links = [
        Link(f"{id}c", id, head, None, "", None, port=port)
        for id, head, port in zip("ab", heads, ports, strict=True)
    ]
    sheet = Sheet(look("box", direction=direction), items, tuple(links), ())
    with engines(*(placed(ys, turned) for ys in answers)) as asked:
        found = places(sheet).items
    across = [p.real if turned else p.imag for p in (found["a"], found["b"])]
    return len(asked), [x - MARGIN for x in across]


@pytest.mark.parametrize("direction, first", [("LR", 90), ("RL", 90), ("TB", 10), ("BT", 10)])
def test_operands_in_the_right_order_stay(direction, first):
    count, across = order([(first, 100 - first)], direction)
    assert count == 1 and across[0] == 10


@pytest.mark.parametrize("direction, first", [("LR", 10), ("RL", 10), ("TB", 90), ("BT", 90)])
def test_operands_in_the_wrong_order_are_mirrored(direction, first):
    """The mirror image is placed with its operands as wrong, so that it has them right."""
    wrong = first, 100 - first
    count, across = order([wrong, wrong], direction)
    size = 200 if direction in ("TB", "BT") else 100
    mirrored = size - first if direction in ("TB", "BT") else first
    assert (count, across[0]) == (2, mirrored) and across[0] < across[1]
    right = 100 - first, first
    count, across = order([wrong, right], direction)  # no better: it stays as it was
    assert count == 2 and across[0] == 90


def test_operands_in_one_place_and_those_at_ports_have_no_order():
    assert order([(50, 50)])[0] == 1
    assert order([(10, 90)], ports=(0, 1))[0] == 1


# --- what is too near ---


@DIRECTIONS
def test_columns_that_touch_have_no_gap(direction):
    found, _ = weights(direction, {"a": 10 + 50j, "b": 30 + 50j}, ["ab"])
    assert [found[id].real for id in "ab"] == nearly([10, 30])
    turned = Turned(direction)
    items = [item(f"a{k}", 20.0, 1.0) for k in range(9)] + [item("b", ports=9)]
    middles = {f"a{k}": complex(10, 10 * k) for k in range(9)} | {"b": 30 + 50j}
    links = [Link(f"l{k}", f"a{k}", "b", None, "", None, port=k) for k in range(9)]
    found = turned.places(items, links, middles, dict.fromkeys((x.id for x in links), ENGINES))
    assert turned.back(found.items["b"]).real == pytest.approx(30)


def test_a_length_that_rounds_to_0_has_no_sign():
    sheet = Sheet(look("box"), (item("a", texts=[Text("x", "name", 10.0)]),), (), ())
    with engine({"a": -4.001 - 4.001j}):
        text = svg(sheet)
    assert 'x="0"' in text and '"-0"' not in text


@DIRECTIONS
def test_a_line_from_a_number_swings_over_too(direction):
    """From what is shown once for all its uses, with no other item in its column."""
    turned = Turned(direction)
    items = [item("a", shape="label"), item("b", ports=2)]
    link = Link("l", "a", "b", None, "", None, port=0)
    middles = {"a": 10 + 50j, "b": 110 + 50j}
    found = turned.places(items, [link], middles, {"l": ENGINES})
    curves, _ = turned.line(found.lines["l"])
    assert curves == [nearly(S)]


@pytest.mark.parametrize("high, extra", [(1600, 400.0), (1604, 400.0), (1596, 399.0)])
def test_a_gap_between_neurons_is_made_wider_by_400_points_at_most(high, extra):
    items = item("a", 20.0, 20.0, "circle"), item("b", 20.0, 20.0, "circle")
    link = Link("l", "a", "b", None, "", None, stroke="#000000")
    objects = [{"name": "a", "pos": "10,50"}, {"name": "b", "pos": "110,50"}]
    use(lambda source: json.dumps({"bb": f"0,0,200,{high}", "objects": objects}))
    try:
        found = places(Sheet(look("network"), items, (link,), ()))
    finally:
        use(None)
    assert found.items["b"].real - MARGIN == 110 + extra and found.width == 200 + extra + 8


@pytest.mark.parametrize("frame", [(10.0, 110.0, 130.0, 190.0), (110.0, 10.0, 190.0, 90.0)])
@pytest.mark.parametrize("corner", [0, 1])
def test_a_line_that_comes_in_a_little_is_in_the_way_of_a_title(frame, corner):
    """From the left, and from above."""
    left, top, _, _ = frame
    start = complex(left, top) + (-8 + 10j if corner else 12 - 8j)
    end = complex(left, top) + 12 + 10j
    points = [start + (end - start) * k / 3 for k in range(4)]
    text = Text("abc", "title", 13.0, anchor="start")
    link = Link("l", "a", "b", None, "", None)
    items = item("a", 0.0, 0.0), item("b", 0.0, 0.0)
    sheet = Sheet(look("box"), items, (link,), (Frame("f", text, None),))
    ends = {"a": points[0], "b": end}
    with engine(ends, {"f": frame}, {"l": [*points, end]}):
        title, free = places(sheet).titles["f"]
    assert free and title - complex(left + MARGIN, top + MARGIN) == 20 + 11j


@pytest.mark.parametrize("count, looked_at", [(150, True), (151, False)])
def test_in_a_large_picture_a_line_over_other_columns_is_the_engines(count, looked_at):
    turned = Turned("LR")
    items = [item("a"), item("b", ports=2), item("m")]
    middles = {"a": 10 + 50j, "b": 110 + 50j, "m": 60 + 90j}
    links = [Link(f"l{k}", "a", "b", None, "", None, port=None if k else 0) for k in range(count)]
    found = turned.places(items, links, middles, {link.id: ENGINES for link in links})
    curves, _ = turned.line(found.lines["l0"])
    assert curves == [nearly(S if looked_at else ENGINES[:-1])]


@DIRECTIONS
def test_gaps_that_only_touch_are_two(direction):
    """20 ... 60 and 60 ... 100, each as much wider."""
    extra = 0.25 * (HIGH if direction in ("LR", "RL") else WIDE)
    middles = {"a": 10 + 50j, "b": 70 + 50j, "d": 50 + 90j, "e": 110 + 90j}
    found, _ = weights(direction, middles, ["ab", "de"])
    assert [found[id].real for id in "adbe"] == nearly(
        [10, 50 + 0.75 * extra, 70 + 1.25 * extra, 110 + 2 * extra]
    )
