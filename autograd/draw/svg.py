"""A sheet as SVG: its texts, at their places.

Invariant: the text is made from a tree of elements, so a label is text and nothing else; and an
edge is one path, straight through its label, so that the rule between value and gradient is the
line itself.
"""

from typing import Any
from xml.etree import ElementTree as ET

from autograd.draw.dot import FONT
from autograd.draw.item import BORDER, COLOURS, PAPER, Item, Sheet, Text
from autograd.draw.place import Line, places


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
    where = places(sheet)
    size = {"width": _n(where.width), "height": _n(where.height)}
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
            "aria-label": sheet.name,
        },
    )
    ET.SubElement(root, "desc").text = sheet.words
    ET.SubElement(root, "rect", {"class": "background", **size, "fill": "white"})
    hidden = []
    for frame in sheet.frames:
        x0, y0, x1, y1 = where.frames[frame.id]
        g = _group(root, frame.id, "box", frame.title.text)
        _rect(g, complex(x0, y0), complex(x1 - x0, y1 - y0), rx="10", fill=PAPER, stroke=BORDER)
        start, free = where.titles[frame.id]
        if free:
            _text(g, frame.title, start)
        else:
            hidden.append((frame, start))
    items = {item.id: item for item in sheet.items}
    for link in sheet.links:
        g = _group(root, link.id, "edge", link.title)
        _line(g, link.stroke or sheet.look.style.ink, link.width, where.lines[link.id])
        if link.text is not None:
            _text(g, link.text, where.texts[link.id])
        for t in items[link.label].texts if link.label is not None else ():
            _text(g, t, where.items[link.label or ""])
    for frame, start in hidden:
        _text(_group(root, f"{frame.id}_title", "halo", ""), frame.title, start, halo=True)
    for item in sheet.items:
        if item.shape != "label":
            _item(_group(root, item.id, item.classes, item.title), item, where.items[item.id])
    return root


def _n(x: float) -> str:
    """A length in points to 1/100."""
    return f"{round(x, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _group(parent: Any, id: str, classes: str, title: str) -> Any:
    g = ET.SubElement(parent, "g", {"id": id, "class": classes})
    if title:
        ET.SubElement(g, "title").text = title
    return g


def _text(g: Any, t: Text, middle: complex, halo: bool = False) -> None:
    place = {"x": _n(middle.real + t.x), "y": _n(middle.imag + t.y + 0.35 * t.size)}
    font = {"font-size": f"{t.size:g}", "fill": COLOURS[t.kind]}
    if t.anchor != "middle":
        font["text-anchor"] = t.anchor
    if t.bold:
        font["font-weight"] = "bold"
    if halo:
        font |= {"stroke": PAPER, "stroke-width": "5", "paint-order": "stroke"}
    ET.SubElement(g, "text", {"class": t.kind, **place, **font}).text = t.text


def _rect(g: Any, corner: complex, extent: complex, **paint: str) -> None:
    place = {"x": _n(corner.real), "y": _n(corner.imag)}
    ET.SubElement(
        g, "rect", {**place, "width": _n(extent.real), "height": _n(extent.imag), **paint}
    )


def _item(g: Any, item: Item, middle: complex) -> None:
    half = 0.5 * complex(item.width, item.height)
    paint = {"fill": item.fill, "stroke": item.stroke, "stroke-width": "1.3"}
    if item.dashed:
        paint["stroke-dasharray"] = "4 3"
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


def _line(g: Any, colour: str, width: float, line: Line) -> None:
    """One path through all curves, and the arrow at its tip."""
    path = ""
    for start, *curve in line.curves:
        path += f"{'L' if path else 'M'}{_point(start)}"
        if curve:
            path += f"C{' '.join(map(_point, curve))}"
    paint = {"class": "line", "d": path, "fill": "none", "stroke": colour}
    ET.SubElement(g, "path", paint if width == 1.0 else paint | {"stroke-width": _n(width)})
    if line.tip is not None:
        end = line.curves[-1][-1]
        across = 0.35j * (line.tip - end)
        corners = " ".join(map(_point, (end - across, line.tip, end + across)))
        ET.SubElement(g, "polygon", {"class": "arrow", "points": corners, "fill": colour})


def _point(p: complex) -> str:
    return f"{_n(p.real)},{_n(p.imag)}"
