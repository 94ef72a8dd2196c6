"""The SVG as pixels, by resvg.

Invariant: the picture is the SVG's; what a machine has no font for is drawn in the one that
reportlab brings along, so that a bare machine draws the numbers too.
"""

from pathlib import Path

SCALE = 2.0  # pixels to a CSS pixel of 1/96 inch: sharp on today's screens
LARGEST = 12_000  # pixels to a side


def png(svg: str, width: float, height: float) -> bytes:
    """The SVG document, so many points wide and high, as PNG; less sharp where it is huge."""
    import reportlab
    import resvg_py

    fonts = Path(reportlab.__file__).parent / "fonts"
    scale = min(SCALE, LARGEST * 0.75 / max(width, height))
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        dpi=96,
        zoom=scale,
        font_files=[str(fonts / name) for name in ("Vera.ttf", "VeraBd.ttf")],
    )
