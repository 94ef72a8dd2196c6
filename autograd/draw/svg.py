"""A sheet as SVG: the engine's places, the sheet's texts.

Invariant: the text is made from a tree of elements, so a label is text and nothing else; and an
edge is one path, straight through its label, so that the rule between value and gradient is the
line itself.
"""

from typing import Any
from xml.etree import ElementTree as ET

from autograd.draw.dot import FONT, digraph
from autograd.draw.engine import layout
from autograd.draw.sheet import COLOURS, INK, PALE, Item, Sheet, Text

MARGIN = 4.0
Point = tuple[float, float]


def svg(sheet: Sheet, engine: str = "embedded") -> str:
    """The sheet as an SVG document.

    Each box is a `g` of class "box", each node one of class "node leaf", "node operator",
    "node composite" or "node output", each edge one of class "edge" with its `line`, its `arrow`
    and its texts `value`, `gradient`, `partial`, `name`; their ids are those of the figure.
    """
    placed = layout(digraph(sheet, texts=False).source, engine)
    _, _, wide, tall = _numbers(placed["bb"])
    objects = {o["name"]: o for o in placed.get("objects", ())}
    lines = {e["id"]: e["pos"] for e in placed.get("edges", ())}
    spots = {e["id"]: e["lp"] for e in placed.get("edges", ()) if "lp" in e}

    def at(pos: str) -> Point:
        x, y = _numbers(pos)
        return x + MARGIN, tall - y + MARGIN

    size = (wide + 2.0 * MARGIN, tall + 2.0 * MARGIN)
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"autograd {sheet.look.style}",
            "width": f"{_n(size[0])}pt",
            "height": f"{_n(size[1])}pt",
            "viewBox": f"0 0 {_n(size[0])} {_n(size[1])}",
            "font-family": FONT,
            "text-anchor": "middle",
            "role": "img",
        },
    )
    extent = {"width": _n(size[0]), "height": _n(size[1])}
    ET.SubElement(root, "rect", {"class": "background", **extent, "fill": "white"})
    for frame in sheet.frames:
        x0, y0, x1, y1 = _numbers(objects[f"cluster_{frame.id}"]["bb"])
        left, top = at(f"{x0},{y1}")
        g = _group(root, frame.id, "box", frame.title.text)
        rect = {"x": _n(left), "y": _n(top), "width": _n(x1 - x0), "height": _n(y1 - y0)}
        paint = {"rx": "10", "fill": "#f4f7fa", "stroke": "#b8c4d0"}
        ET.SubElement(g, "rect", {**rect, **paint})
        title = Text(frame.title.text, "title", frame.title.size, anchor="start")
        _text(g, title, (left + 8.0, top + 13.0))
    items = {item.id: item for item in sheet.items}
    for link in sheet.links:
        g = _group(root, link.id, "edge", link.title)
        if link.label is None:
            _line(g, sheet, [_spline(lines[link.id], at)])
            if link.text is not None:
                _text(g, link.text, at(spots[link.id]))
            continue
        label = items[link.label]
        middle = at(objects[label.id]["pos"])
        halves = [_spline(lines[f"{link.id}_{half}"], at) for half in ("in", "out")]
        _straighten(halves, label, middle, sheet.look.direction)
        _line(g, sheet, halves)
        for t in label.texts:
            _text(g, t, middle)
    for item in sheet.items:
        if item.shape != "label":
            _item(
                _group(root, item.id, item.classes, item.title), item, at(objects[item.id]["pos"])
            )
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _numbers(pos: str) -> tuple[float, ...]:
    return tuple(map(float, pos.split(",")))


def _n(x: float) -> str:
    """A length in points to 1/100."""
    return f"{round(x, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _group(parent: Any, id: str, classes: str, title: str) -> Any:
    g = ET.SubElement(parent, "g", {"id": id, "class": classes})
    if title:
        ET.SubElement(g, "title").text = title
    return g


def _text(g: Any, t: Text, middle: Point) -> None:
    x, y = middle[0] + t.x, middle[1] + t.y + 0.35 * t.size
    attributes = {"class": t.kind, "x": _n(x), "y": _n(y)}
    attributes |= {"font-size": f"{t.size:g}", "fill": COLOURS[t.kind]}
    if t.anchor != "middle":
        attributes["text-anchor"] = t.anchor
    if t.bold:
        attributes["font-weight"] = "bold"
    ET.SubElement(g, "text", attributes).text = t.text


def _item(g: Any, item: Item, middle: Point) -> None:
    x, y = middle
    paint = {"fill": "white", "stroke": INK, "stroke-width": "1.3"}
    if item.shape == "value":
        paint = {"fill": "#eef4fa" if "leaf" in item.classes else "white", "stroke": PALE}
    if item.shape == "circle":
        ET.SubElement(g, "circle", {"cx": _n(x), "cy": _n(y), "r": _n(0.5 * item.width), **paint})
    elif item.shape != "plain":
        corner = {"x": _n(x - 0.5 * item.width), "y": _n(y - 0.5 * item.height), "rx": "8"}
        size = {"width": _n(item.width), "height": _n(item.height)}
        ET.SubElement(g, "rect", {**corner, **size, **paint})
    for bar in item.bars:
        ends = {"y1": _n(y - 0.5 * item.height), "y2": _n(y + 0.5 * item.height)}
        ET.SubElement(g, "line", {"x1": _n(x + bar), "x2": _n(x + bar), **ends, "stroke": PALE})
    for t in item.texts:
        _text(g, t, middle)


# --- lines ---


def _spline(pos: str, at: Any) -> list[Point]:
    """The points of a Bézier curve, and last the tip of its arrow, or its end again without one."""
    points = pos.split()
    tip = points.pop(0)[2:] if points[0].startswith("e,") else points[-1]
    return [at(p) for p in (*points, tip)]


def _straighten(halves: list[list[Point]], label: Item, middle: Point, direction: str) -> None:
    """Let both halves meet the label exactly at the middle of its sides."""
    x, y = middle
    sign = 1.0 if direction in ("LR", "TB") else -1.0
    for half, end, side in ((halves[0], -2, -sign), (halves[1], 0, sign)):
        if direction in ("LR", "RL"):
            half[end] = (x + 0.5 * side * label.width, y)
        else:
            half[end] = (x, y + 0.5 * side * label.height)


def _line(g: Any, sheet: Sheet, halves: list[list[Point]]) -> None:
    """One path through all halves, and the arrow at its tip."""
    colour = INK if sheet.look.style == "book" else PALE
    path = []
    for i, (start, *curve, _) in enumerate(halves):
        path.append(f"{'L' if i else 'M'}{_n(start[0])},{_n(start[1])}")
        path.append("C" + " ".join(f"{_n(x)},{_n(y)}" for x, y in curve))
    (x, y), tip = halves[-1][-2], halves[-1][-1]
    ET.SubElement(
        g, "path", {"class": "line", "d": "".join(path), "fill": "none", "stroke": colour}
    )
    dx, dy = tip[0] - x, tip[1] - y
    corners = [(x - 0.35 * dy, y + 0.35 * dx), tip, (x + 0.35 * dy, y - 0.35 * dx)]
    points = " ".join(f"{_n(px)},{_n(py)}" for px, py in corners)
    ET.SubElement(g, "polygon", {"class": "arrow", "points": points, "fill": colour})
