"""The SVG as a page of PDF: vectors, and text that can be searched, by reportlab.

Invariant: places are the SVG's.  Letters are those of Helvetica and Symbol, which every reader has;
of Japanese, Chinese and Korean the reader's own; what has neither is a black square.
"""

import io
import re
import unicodedata
from typing import Any
from xml.etree.ElementTree import Element

from autograd.draw.text import level

_CJK = {"HANGUL": "HYGothic-Medium", "CJK": "HeiseiKakuGo-W5"}


def pdf(root: Element) -> bytes:
    """The tree of an SVG document of ours as a PDF file."""
    from reportlab.lib.colors import HexColor, toColor
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    wide, high = (float(side) for side in root.attrib["viewBox"].split()[2:])
    canvas = Canvas(file, pagesize=(wide, high), invariant=1, pageCompression=1)

    def at(a: dict[str, str], x: str, y: str) -> tuple[float, float]:
        return float(a.get(x, 0.0)), high - float(a.get(y, 0.0))

    def colour(name: str) -> Any:
        return HexColor(name) if name.startswith("#") else toColor(name)

    for e in root.iter():
        a = e.attrib
        fill, stroke = a.get("fill", "black"), a.get("stroke", "none")
        paint = {"fill": int(fill != "none"), "stroke": int(stroke != "none")}
        if paint["fill"]:
            canvas.setFillColor(colour(fill))
        if paint["stroke"]:
            canvas.setStrokeColor(colour(stroke))
        canvas.setLineWidth(float(a.get("stroke-width", 1.0)))
        canvas.setDash([float(n) for n in a.get("stroke-dasharray", "").split()])

        if e.tag == "rect":
            (x, y), width, height = at(a, "x", "y"), float(a["width"]), float(a["height"])
            canvas.roundRect(x, y - height, width, height, float(a.get("rx", 0.0)), **paint)
        elif e.tag == "circle":
            canvas.circle(*at(a, "cx", "cy"), float(a["r"]), **paint)
        elif e.tag == "line":
            canvas.line(*at(a, "x1", "y1"), *at(a, "x2", "y2"))
        elif e.tag in ("path", "polygon"):
            path = canvas.beginPath()
            for command, points in segments(e):
                numbers = [n if i % 2 == 0 else high - n for i, n in enumerate(points)]
                {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo}[command](*numbers)
            canvas.drawPath(path, **paint)
        elif e.tag == "text":
            runs = text_runs(e.text or "", float(a["font-size"]), a.get("font-weight") == "bold")
            length = sum(canvas.stringWidth(*run[:3]) for run in runs)
            x, y = at(a, "x", "y")
            x -= {"start": 0.0, "end": length}.get(a.get("text-anchor", ""), 0.5 * length)
            for text, font, size, rise in runs:
                canvas.setFont(font, size)
                canvas.drawString(x, y + rise, text)
                x += canvas.stringWidth(text, font, size)
    canvas.save()
    return file.getvalue()


def segments(e: Element) -> list[tuple[str, list[float]]]:
    """A path or polygon as (command, coordinates): M and L one point, C three."""
    text = e.attrib.get("d") or "M" + "L".join(e.attrib["points"].split())
    found = []
    for command, points in re.findall(r"([MLC])([^MLC]*)", text):
        numbers = [float(n) for n in re.split(r"[ ,]+", points.strip())]
        found += [(command, numbers[i : i + 6]) for i in range(0, len(numbers), 6)]
    return found


def text_runs(text: str, size: float, bold: bool) -> list[tuple[str, str, float, float]]:
    """The text in pieces of one font each: text, font, size, how much it is raised."""
    runs: list[tuple[str, str, float, float]] = []
    for c in text.replace("\u2003", 3 * " "):
        sign, up = level(c)
        sign = "–" if sign == "−" else sign  # Symbol's minus runs into the digits
        raised = {1: 0.35, 0: 0.0, -1: -0.15}[up] * size
        how = _font(sign, bold), 0.65 * size if up else size, raised
        if runs and runs[-1][1:] == how:
            sign = runs.pop()[0] + sign
        runs.append((sign, *how))
    return runs


def _font(c: str, bold: bool) -> str:
    """The name of a font that has the character."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    helvetica = "Helvetica-Bold" if bold else "Helvetica"
    if unicodedata.east_asian_width(c) not in "WF":
        return helvetica
    name = _CJK["HANGUL" if unicodedata.name(c, "").startswith("HANGUL") else "CJK"]
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name
