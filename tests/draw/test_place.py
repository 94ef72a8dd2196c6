"""Where titles, lines and gaps go, on sheets made by hand and placed by an engine made by hand."""

import json
from contextlib import contextmanager
from itertools import pairwise

import pytest

from autograd.draw.item import Frame, Item, Link, Sheet, Text
from autograd.draw.layout import use
from autograd.draw.place import Line, along, area, places
from autograd.draw.sheet import look

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


@pytest.mark.parametrize("step", [3.0, 1.0])
def test_points_along_a_line_are_close_to_one_another_and_on_it(step):
    curve = [0 + 0j, 0 + 20j, 40 + 20j, 40 + 40j, 40 + 60j, 50 + 60j, 60 + 60j]
    line = Line(([-10 + 0j], curve, [90 + 60j]), 99 + 60j)
    points = list(along(line, step))
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
