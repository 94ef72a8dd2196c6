"""A sheet as SVG: the engine's places, the sheet's texts.

Invariant: the text is made from a tree of elements, so a label is text and nothing else; and an
edge is one path, straight through its label, so that the rule between value and gradient is the
line itself.  Points are complex numbers, x + iy, in points of 1/72 inch, y downwards.
"""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from autograd.draw.dot import FONT, digraph
from autograd.draw.item import COLOURS, Item, Sheet, Text
from autograd.draw.layout import layout

MARGIN = 4.0
NEAR = 48.0  # from a name to a label in the next rank: no other item is between them
AHEAD = {"LR": 1 + 0j, "RL": -1 + 0j, "TB": 1j, "BT": -1j}


def svg(sheet: Sheet) -> str:
    """The sheet as an SVG document."""
    root = tree(sheet)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def tree(sheet: Sheet) -> ET.Element:
    """The sheet as the tree of an SVG document, from which every other format is drawn.

    Each box is a `g` of class "box", each node one of class "node leaf", "node operator",
    "node composite" or "node output", each edge one of class "edge" with its `line`, its `arrow`
    and its texts `value`, `gradient`, `partial`, `name`; their ids are those of the figure.  Every
    length is in points of 1/72 inch.
    """
    placed = layout(digraph(sheet, texts=False).source)
    _, _, wide, tall = _numbers(placed["bb"])
    objects = {o["name"]: o for o in placed.get("objects", ())}
    edges = {e["id"]: e for e in placed.get("edges", ())}

    def at(pos: str) -> complex:
        x, y = _numbers(pos)
        return complex(x + MARGIN, tall - y + MARGIN)

    size = {"width": _n(wide + 2.0 * MARGIN), "height": _n(tall + 2.0 * MARGIN)}
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"autograd {sheet.look.style.name}",
            **{side: f"{length}pt" for side, length in size.items()},
            "viewBox": f"0 0 {size['width']} {size['height']}",
            "font-family": FONT,
            "text-anchor": "middle",
            "role": "img",
        },
    )
    ET.SubElement(root, "rect", {"class": "background", **size, "fill": "white"})
    for frame in sheet.frames:
        x0, y0, x1, y1 = _numbers(objects[f"cluster_{frame.id}"]["bb"])
        corner, extent = at(f"{x0},{y1}"), complex(x1 - x0, y1 - y0)
        g = _group(root, frame.id, "box", frame.title.text)
        _rect(g, corner, extent, rx="10", fill="#f4f7fa", stroke="#b8c4d0")
        _text(g, frame.title, corner + 8.0 + 13.0j)
    items = {item.id: item for item in sheet.items}
    middles = {id: at(objects[id]["pos"]) for id in items}
    unit = AHEAD[sheet.look.direction]

    def side(id: str, sign: float) -> complex:
        """The middle of that side of an item to which edges run (1) or from which they come."""
        item = items[id]
        return middles[id] + 0.5 * sign * (unit.real * item.width + 1j * unit.imag * item.height)

    for link in sheet.links:
        g = _group(root, link.id, "edge", link.title)
        if link.label is None:
            _line(g, sheet, [_spline(edges[link.id]["pos"], at)])
            if link.text is not None:
                _text(g, link.text, at(edges[link.id]["lp"]))
            continue
        first, second = (_spline(edges[f"{link.id}_{half}"]["pos"], at) for half in ("in", "out"))
        enter, leave, start = side(link.label, -1.0), side(link.label, 1.0), side(link.tail, 1.0)
        gap = ((enter - start) / unit).real
        if items[link.tail].shape == "plain" and gap < NEAR:
            first = [start, start + 0.7 * gap * unit, enter - 0.7 * gap * unit, enter, enter]
        first[-3:-1] = [_straight(enter, first[-3], -unit), enter]
        second[:2] = [leave, _straight(leave, second[1], unit)]
        _line(g, sheet, [first, second])
        for t in items[link.label].texts:
            _text(g, t, middles[link.label])
    for item in sheet.items:
        if item.shape != "label":
            _item(_group(root, item.id, item.classes, item.title), item, middles[item.id])
    return root


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


def _text(g: Any, t: Text, middle: complex) -> None:
    place = {"x": _n(middle.real + t.x), "y": _n(middle.imag + t.y + 0.35 * t.size)}
    font = {"font-size": f"{t.size:g}", "fill": COLOURS[t.kind]}
    if t.anchor != "middle":
        font["text-anchor"] = t.anchor
    if t.bold:
        font["font-weight"] = "bold"
    ET.SubElement(g, "text", {"class": t.kind, **place, **font}).text = t.text


def _rect(g: Any, corner: complex, extent: complex, **paint: str) -> None:
    place = {"x": _n(corner.real), "y": _n(corner.imag)}
    ET.SubElement(
        g, "rect", {**place, "width": _n(extent.real), "height": _n(extent.imag), **paint}
    )


def _item(g: Any, item: Item, middle: complex) -> None:
    half = 0.5 * complex(item.width, item.height)
    paint = {"fill": item.fill, "stroke": item.stroke, "stroke-width": "1.3"}
    if item.shape == "circle":
        centre = {"cx": _n(middle.real), "cy": _n(middle.imag)}
        ET.SubElement(g, "circle", {**centre, "r": _n(half.real), **paint})
    elif item.shape != "plain":
        _rect(g, middle - half, 2.0 * half, rx="8", **paint)
    for bar in item.bars:
        x, (y1, y2) = _n(middle.real + bar), (_n(middle.imag + s * half.imag) for s in (-1.0, 1.0))
        ET.SubElement(g, "line", {"x1": x, "x2": x, "y1": y1, "y2": y2, "stroke": item.stroke})
    for t in item.texts:
        _text(g, t, middle)


# --- lines ---


def _spline(pos: str, at: Callable[[str], complex]) -> list[complex]:
    """The points of a Bézier curve, and last the tip of its arrow, or its end again without one."""
    points = pos.split()
    tip = points.pop(0)[2:] if points[0].startswith("e,") else points[-1]
    return [at(p) for p in (*points, tip)]


def _straight(a: complex, b: complex, unit: complex) -> complex:
    """A control point from a straight ahead, about as far away as b."""
    return a + unit * max(((b - a) / unit).real, 0.4 * abs(b - a), 4.0)


def _line(g: Any, sheet: Sheet, curves: list[list[complex]]) -> None:
    """One path through all curves, and the arrow at its tip."""
    colour = sheet.look.style.ink
    path = ""
    for start, *curve, _ in curves:
        points = [f"{_n(p.real)},{_n(p.imag)}" for p in (start, *curve)]
        path += f"{'L' if path else 'M'}{points[0]}C{' '.join(points[1:])}"
    ET.SubElement(g, "path", {"class": "line", "d": path, "fill": "none", "stroke": colour})
    end, tip = curves[-1][-2:]
    across = 0.35j * (tip - end)
    corners = " ".join(f"{_n(p.real)},{_n(p.imag)}" for p in (end - across, tip, end + across))
    ET.SubElement(g, "polygon", {"class": "arrow", "points": corners, "fill": colour})
