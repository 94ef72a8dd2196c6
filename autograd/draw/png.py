"""The SVG as pixels, by resvg.

Invariant: the picture is the SVG's; what a machine has no font for is drawn in the one that
reportlab brings along, so that a bare machine draws the numbers too.
"""

import unicodedata
from pathlib import Path
from xml.etree import ElementTree as ET

SCALE = 2.0  # pixels to a CSS pixel of 1/96 inch: sharp on today's screens
LARGEST = 12_000  # pixels to a side


def png(root: ET.Element) -> bytes:
    """The tree of an SVG document of ours as PNG; less sharp where it is huge."""
    import reportlab
    import resvg_py

    for text in root.iter("text"):
        if _is_rare(text.text or ""):
            text.set("font-family", f"DejaVu Sans,{root.get('font-family')}")
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    fonts = Path(reportlab.__file__).parent / "fonts"
    scale = min(SCALE, LARGEST * 0.75 / max(width, height))
    return resvg_py.svg_to_bytes(
        svg_string=ET.tostring(root, encoding="unicode"),
        dpi=96,
        zoom=scale,
        font_files=[str(fonts / name) for name in ("Vera.ttf", "VeraBd.ttf")],
    )


def _is_rare(text: str) -> bool:
    """Whether it has letters or signs that fonts like Helvetica lack, but for those of Asia.

    For them resvg takes any font of the machine, be it italic.
    """
    return any(
        not (c.encode("cp1252", "ignore") or c in "−∂√≈≤≥" or "Α" <= c <= "ω")
        and unicodedata.east_asian_width(c) != "W"
        for c in text
    )
