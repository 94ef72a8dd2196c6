"""Geometry of 200 pictures: lines keep off texts and nodes, and end at what they join."""

import random
import re
from bisect import bisect_left, bisect_right
from itertools import product
from operator import attrgetter
from xml.etree import ElementTree as ET

import pytest
from draw.scenes import fan, nested, swept

import autograd as ag
from autograd import Value
from autograd.draw import figure_of
from autograd.draw.place import places
from autograd.draw.references import with_references
from autograd.draw.sheet import STYLES, sheet
from autograd.draw.svg import svg
from autograd.draw.text import width
from autograd.nn import MLP

SVG = "{http://www.w3.org/2000/svg}"
REAL = attrgetter("real")


def apple():
    apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    return swept(apple * count * tax)


def basket():
    apple, oranges = Value(100, "apple"), Value(3, "oranges")
    return swept((apple * 2 + Value(150, "orange") * oranges) * Value(1.1, "tax"))


def inner_fan():
    t = Value(2.0, "x") * 3 + 1
    t.label = "t"
    return swept(t * t - ag.exp(t) / 5)


def sigmoids():
    return swept(ag.sigmoid(ag.sigmoid(Value(0.5, "x")) * Value(-2.0, "w")))


def softmax():
    return swept(ag.cross_entropy_error(ag.softmax(ag.values([0.3, 2.9, 4.0], "a")), [0, 0, 1]))


def softmax_with_loss():
    return swept(ag.softmax_cross_entropy(ag.values([0.3, 2.9, 4.0], "a"), 2))


def two_layers():
    x, W = ag.values([0.5, -1.0], "x"), ag.values([[0.1, 0.2], [0.3, 0.4]], "W")
    return swept(ag.softmax_cross_entropy(ag.sigmoid(ag.affine(x, W, [0.1, 0.2])), 1))


def regression():
    w, b, loss = Value(2.0, "w"), Value(0.5, "b"), 0.0
    for i in range(6):
        loss = loss + (w * i + b - 3 * i) ** 2
    return swept(loss)


def wide_sum():
    return swept(ag.sum(ag.values([0.1 * i for i in range(30)], "x")))


def outputs():
    x = Value(0.5, "x")
    return swept([ag.tanh(x), x.exp() * x.sin(), ag.silu(x)])


def labels():
    return swept(Value(2.0, "りんご") * Value(3.0, "a rather long label of a leaf") ** 2 + 1)


def kinks():
    x, y = Value(0.5, "x"), Value(-1.0, "y")
    return swept(ag.maximum(x, y) * abs(y) + ag.relu(x - 2) / ag.sqrt(x))


def powers():
    x = Value(1.2e-5, "x")
    return swept(x**3 * 1e9 + 2**x - x**-1)


def neuron():
    return swept(MLP(3, [1], rng=random.Random(1))(ag.values([0.5, -1.0, 2.0], "x")))


def network():
    return swept(MLP(2, [4, 4, 1], rng=random.Random(1))(ag.values([0.5, -1.0], "x")))


def many_terms():
    w, b, loss = Value(2.0, "w"), Value(0.5, "b"), 0.0
    for i in range(30):
        loss = loss + (w * i + b - 3 * i) ** 2
    return swept(loss)


def wide_network():
    return swept(MLP(30, [14, 3], rng=random.Random(1))(ag.values([0.1] * 30, "x")))


GRAPHS = [
    *(apple, basket, fan, inner_fan, sigmoids, softmax, softmax_with_loss, two_layers, regression),
    *(wide_sum, many_terms, outputs, labels, kinks, powers, neuron, network),
]
PICTURES = [
    (graph, style, direction, fold)
    for graph, style, direction, fold in product(
        GRAPHS, ("book", "box"), ("LR", "RL", "TB", "BT"), (True, False)
    )
    if not (fold and graph in (apple, basket, fan, powers))  # no composites
    and not (not fold and graph is network)
] + [
    *product([wide_network], ("book", "box", "network"), ("LR", "TB"), [True]),
    *product([neuron, network], ["network"], ("LR", "TB"), [None]),
]


def test_every_style_is_looked_at():
    assert {style for _, style, _, _ in PICTURES} == set(STYLES)


def path_points(d):
    """Points along a path of M, L and C commands, some two points apart."""
    points = []
    for command, text in re.findall("([MLC])([^MLC]*)", d):
        new = [complex(*map(float, p.split(","))) for p in text.split()]
        if command == "M":
            points += new
        elif command == "L":
            (b,) = new
            a = points[-1]
            n = 1 + int(abs(b - a) / 2)
            points += [a + (b - a) * i / n for i in range(1, n + 1)]
        else:
            for b, c, e in zip(new[::3], new[1::3], new[2::3], strict=True):
                a = points[-1]
                n = 1 + int((abs(b - a) + abs(c - b) + abs(e - c)) / 2)
                points += [
                    (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t**3 * e
                    for t in (i / n for i in range(1, n + 1))
                ]
    return points


def text_box(t):
    """Where the letters are, without the room around them."""
    size, x, y = (float(t.get(k)) for k in ("font-size", "x", "y"))
    wide = 0.85 * width(t.text, size)  # the table is of the widest of the usual fonts
    anchor = t.get("text-anchor", "middle")
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * wide
    return left, y - 0.72 * size, left + wide, y + 0.02 * size


def outline(g):
    """The rectangle of a node: of its shape, or of its texts."""
    for e in g:
        if e.tag == f"{SVG}circle":
            x, y, r = (float(e.get(k)) for k in ("cx", "cy", "r"))
            return x - r, y - r, x + r, y + r
        if e.tag == f"{SVG}rect":
            x, y, w, h = (float(e.get(k)) for k in ("x", "y", "width", "height"))
            return x, y, x + w, y + h
    boxes = [text_box(t) for t in g.iter(f"{SVG}text")]
    if not boxes:
        return None
    lows, highs = [b[:2] for b in boxes], [b[2:] for b in boxes]
    return (*map(min, zip(*lows, strict=True)), *map(max, zip(*highs, strict=True)))


def inside(p, box, margin=0.0):
    return box[0] - margin < p.real < box[2] + margin and box[1] - margin < p.imag < box[3] + margin


def meets(line, box, margin=0.0):
    """Whether one of the points, sorted from left to right, is inside the box."""
    first = bisect_left(line, box[0] - margin, key=REAL)
    last = bisect_right(line, box[2] + margin, key=REAL)
    return any(inside(p, box, margin) for p in line[first:last])


def faults(picture, drawn):
    """What touches what it should not."""
    root = ET.fromstring(picture)
    groups = {g.get("id"): g for g in root.iter(f"{SVG}g")}
    nodes = {
        id: outline(g)
        for id, g in groups.items()
        if g.get("class").startswith(("node", "reference"))
    }
    texts = [
        (id, t.text, text_box(t))
        for id, g in groups.items()
        for t in g.iter(f"{SVG}text")
        if g.get("class") != "halo"
    ]
    found = []
    for i, (_, word, a) in enumerate(texts):
        for _, other, b in texts[:i]:
            if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
                found.append(f"text {word!r} on {other!r}")
    for link in drawn.links:
        g = groups[link.id]
        points = path_points(g.find(f"{SVG}path").get("d"))
        line = sorted(points, key=REAL)
        for id, box in nodes.items():
            if box and id not in (link.tail, link.head) and meets(line, box, -1.0):
                found.append(f"line {link.id} through node {id}")
        for id, word, box in texts:
            joins = id in (link.tail, link.head)
            if meets(line, box) and not joins:
                found.append(f"line {link.id} through text {word!r} of {id}")
        tail = nodes.get(link.tail)
        if tail and not inside(points[0], tail, 9.0):
            found.append(f"line {link.id} begins {points[0]}, away from {link.tail} {tail}")
        arrow = g.find(f"{SVG}polygon")
        head = nodes.get(link.head)
        if arrow is not None and head:
            tip = complex(*map(float, arrow.get("points").split()[1].split(",")))
            if not inside(tip, head, 9.0):
                found.append(f"line {link.id} ends at {tip}, away from {link.head} {head}")
    return found


def test_there_are_over_a_hundred_pictures():
    assert len(PICTURES) > 100


@pytest.mark.parametrize("graph, style, direction, fold", PICTURES)
def test_lines_and_texts_keep_clear(graph, style, direction, fold):
    figure, look = figure_of(graph(), fold=fold, style=style, direction=direction)
    drawn = sheet(figure, look)
    assert with_references(figure) == figure
    assert faults(svg(drawn), drawn) == []


def activation(f):
    return lambda: swept(f(Value(0.5, "x") * 2))


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
@pytest.mark.parametrize("style", ["book", "box"])
@pytest.mark.parametrize(
    "graph",
    [*map(activation, (ag.sigmoid, ag.gelu, ag.tanh, ag.silu, ag.softplus)), nested],
)
def test_titles_are_in_their_frames_and_no_line_goes_through(graph, style, direction):
    drawn = sheet(*figure_of(graph(), fold=False, style=style, direction=direction))
    where = places(drawn)
    assert faults(svg(drawn), drawn) == []
    for frame in drawn.frames:
        left, top, right, bottom = where.frames[frame.id]
        (start, free), size = where.titles[frame.id], frame.title.size
        assert free and left + 5.0 < start.real
        assert start.real + frame.title.width < right - 2.0
        assert top + 0.4 * size < start.imag < bottom - 0.4 * size
        assert right <= where.width and bottom <= where.height
    for item in drawn.items:
        middle, frame = where.items[item.id], where.frames.get(item.box)
        assert middle.real + 0.5 * item.width <= where.width
        if frame is not None:
            assert frame[0] <= middle.real - 0.5 * item.width
            assert middle.real + 0.5 * item.width <= frame[2]
            assert frame[1] <= middle.imag <= frame[3]
