"""What single formats write of a text: raised and lowered letters, fonts, the room it takes."""

import struct
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import autograd as ag
from autograd import Value
from autograd.draw.item import Text
from autograd.draw.pdf import text_runs
from autograd.draw.png import png
from autograd.draw.text import width
from autograd.draw.tikz import tikz

XMLNS = "http://www.w3.org/2000/svg"


def saved(y, path):
    ag.save(y, path)
    return path.read_bytes()


def document(*parts, width=100, height=100):
    """An SVG document of these elements, each a tag, its text and its attributes."""
    size = {"width": f"{width}pt", "height": f"{height}pt", "viewBox": f"0 0 {width} {height}"}
    root = ET.Element("svg", {**size, "xmlns": XMLNS, "font-family": "Helvetica"})
    for tag, text, attributes in parts:
        ET.SubElement(root, tag, attributes).text = text
    return root


def word(text, **attributes):
    place = {"x": "10", "y": "20", "font-size": "12", "fill": "#c0392b"}
    return "text", text, place | {k.replace("_", "-"): v for k, v in attributes.items()}


def test_tikz_raises_and_lowers_letters(tmp_path):
    x, y = Value(2.0, "x₁"), Value(3.0, "x²")
    written = saved(x * y, tmp_path / "y.tex").decode()
    assert r"x\textsubscript{1}" in written and r"x\textsuperscript{2}" in written


@pytest.mark.parametrize(
    "text, written",
    [
        ("apple 2.2", "apple 2.2"),
        ("#$%&_{}", r"\#\$\%\&\_\{\}"),
        ("\\~^", r"\textbackslash{}\textasciitilde{}\textasciicircum{}"),
        ('<>|"', r"\textless{}\textgreater{}\textbar{}\textquotedbl{}"),
        ("−×÷∂√", r"$-$$\times$$\div$$\partial$$\surd$"),
        ("′Σσ·…", r"$'$$\Sigma$$\sigma$$\cdot$\ldots{}"),
        ("f\u2003g", r"f\quad{}g"),
        ("10⁻⁹", r"10\textsuperscript{$-$}\textsuperscript{9}"),
        ("yₖ", r"y\textsubscript{k}"),
    ],
)
def test_tikz_writes_every_sign_as_text(text, written):
    assert f" at (10,20) {{{written}}};" in tikz(document(word(text)))


@pytest.mark.parametrize(
    "attributes, options",
    [
        ({}, r"anchor=base, font=\sffamily\fontsize{12bp}{12bp}\selectfont, "),
        ({"text_anchor": "start"}, r"anchor=base west, font=\sffamily"),
        ({"text_anchor": "end"}, r"anchor=base east, font=\sffamily"),
        ({"font_weight": "bold"}, r"\selectfont\bfseries, text="),
        ({"font_size": "8.5"}, r"\fontsize{8.5bp}{8.5bp}"),
        ({}, "text={rgb,255:red,192;green,57;blue,43}]"),
        ({"fill": "white"}, "text=white]"),
    ],
)
def test_tikz_sets_a_text_as_the_svg_does(attributes, options):
    assert options in tikz(document(word("x", **attributes)))


@pytest.mark.parametrize(
    "tag, attributes, path",
    [
        (
            "rect",
            {"x": "1", "y": "2.5", "width": "30", "height": "4", "rx": "8", "fill": "white"},
            "[fill=white, rounded corners=8bp] (1,2.5) rectangle ++(30,4)",
        ),
        ("rect", {"width": "3", "height": "4", "fill": "white"}, "(0,0) rectangle ++(3,4)"),
        (
            "circle",
            {"cx": "1", "cy": "2", "r": "3", "stroke": "#0000ff", "stroke-width": "1.3"},
            "[draw={rgb,255:red,0;green,0;blue,255}, line width=1.3bp] (1,2) circle[radius=3bp]",
        ),
        (
            "line",
            {"x1": "1", "y1": "2", "x2": "3", "y2": "4", "stroke-dasharray": "4 3"},
            "[dash pattern=on 4bp off 3bp] (1,2) -- (3,4)",
        ),
        (
            "path",
            {"d": "M1,2C3,4 5,6 7,8L9,10", "fill": "none"},
            "[fill=none] (1,2) .. controls (3,4) and (5,6) .. (7,8) -- (9,10);",
        ),
        (
            "path",
            {"d": "M0,0C1,1 2,2 3,3 4,4 5,5 6,6"},
            "(0,0) .. controls (1,1) and (2,2) .. (3,3) .. controls (4,4) and (5,5) .. (6,6);",
        ),
        ("polygon", {"points": "1,2 3,4 5,6"}, "(1,2) -- (3,4) -- (5,6) -- cycle;"),
    ],
)
def test_tikz_draws_every_shape(tag, attributes, path):
    assert path in tikz(document((tag, None, attributes)))


# --- PDF ---


@pytest.mark.parametrize(("label", "font"), [("価格", b"/HeiseiKakuGo"), ("가격", b"/HYGothic")])
def test_a_pdf_has_a_font_for_the_letters(label, font, tmp_path):
    pytest.importorskip("reportlab")
    assert font in saved(Value(2.0, label) * 3, tmp_path / "y.pdf")


HELVETICA = "Helvetica", 10.0, 0.0


@pytest.mark.parametrize(
    "text, runs",
    [
        ("apple −2.5", [("apple –2.5", *HELVETICA)]),
        ("f\u2003g", [("f   g", *HELVETICA)]),
        ("2×10⁻⁹", [("2×10", *HELVETICA), ("–9", "Helvetica", 6.5, 3.5)]),
        ("x²y", [("x", *HELVETICA), ("2", "Helvetica", 6.5, 3.5), ("y", *HELVETICA)]),
        ("yₖ", [("y", *HELVETICA), ("k", "Helvetica", 6.5, -1.5)]),
        ("価格", [("価格", "HeiseiKakuGo-W5", 10.0, 0.0)]),
        ("사과", [("사과", "HYGothic-Medium", 10.0, 0.0)]),
        ("，Ａ", [("，Ａ", "HeiseiKakuGo-W5", 10.0, 0.0)]),  # wide, though of no script
        ("", []),
    ],
)
def test_a_pdf_chooses_the_font_of_every_letter(text, runs):
    assert [
        (t, f, size, pytest.approx(up)) for t, f, size, up in text_runs(text, 10.0, False)
    ] == runs
    bold = [font.replace("Helvetica", "Helvetica-Bold") for _, font, _, _ in runs]
    assert [font for _, font, _, _ in text_runs(text, 10.0, True)] == bold


class Canvas:
    """Writes down what it is asked to draw."""

    told: list[str]

    def __init__(self, file, pagesize, **options):
        from reportlab.pdfbase.pdfmetrics import stringWidth

        Canvas.told = [f"page {pagesize[0]:g} {pagesize[1]:g} {options}"]
        self.stringWidth = stringWidth

    def __getattr__(self, name):
        def tell(*values, **options):
            words = [f"{x:.5g}" if isinstance(x, float) else str(x) for x in values]
            Canvas.told.append(" ".join([name, *words, *(f"{k}={v}" for k, v in options.items())]))

        return tell

    def setFillColor(self, colour):
        Canvas.told.append(f"fill {colour.hexval()}")

    def setStrokeColor(self, colour):
        Canvas.told.append(f"stroke {colour.hexval()}")

    def beginPath(self):
        return self

    def drawPath(self, path, **options):
        Canvas.told.append(f"drawPath {options}")


DRAWN = """\
page 200 100 {'invariant': 1, 'pageCompression': 1}
fill 0x000000
fill 0xffffff
roundRect 1 94 30 4 8 fill=1 stroke=0
stroke 0x0000ff
roundRect 0 96 3 4 0 fill=0 stroke=1
fill 0xffffff
setLineWidth 1.3
circle 1 98 3 fill=1 stroke=0
fill 0x000000
setDash [4.0, 3.0]
line 1 98 3 96
stroke 0x00ff00
moveTo 1 98
curveTo 3 96 5 94 7 92
lineTo 9 90
drawPath {'fill': 0, 'stroke': 1}
fill 0x000000
moveTo 1 98
lineTo 3 96
lineTo 5 94
drawPath {'fill': 1, 'stroke': 0}
fill 0xc0392b
setFont Helvetica 12
drawString 1.1596 80 ab
setFont Helvetica 7.8
drawString 14.504 84.2 2
fill 0xc0392b
setFont Helvetica-Bold 12
drawString 10 80 ab
fill 0xc0392b
setFont Helvetica 10
drawString -1.12 80 ab
save"""


def test_a_pdf_draws_what_the_svg_draws(monkeypatch):
    """Upwards from the lower left corner, as pages of PDF are."""
    from autograd.draw.pdf import pdf

    root = document(
        (
            "rect",
            None,
            {"x": "1", "y": "2", "width": "30", "height": "4", "rx": "8", "fill": "#ffffff"},
        ),
        ("rect", None, {"width": "3", "height": "4", "fill": "none", "stroke": "#0000ff"}),
        ("circle", None, {"cx": "1", "cy": "2", "r": "3", "fill": "white", "stroke-width": "1.3"}),
        ("line", None, {"x1": "1", "y1": "2", "x2": "3", "y2": "4", "stroke-dasharray": "4 3"}),
        ("path", None, {"d": "M1,2C3,4 5,6 7,8L9,10", "fill": "none", "stroke": "#00ff00"}),
        ("polygon", None, {"points": "1,2 3,4 5,6"}),
        word("ab²"),
        word("ab", text_anchor="start", font_weight="bold"),
        word("ab", text_anchor="end", font_size="10"),
        width=200,
    )
    monkeypatch.setattr("reportlab.pdfgen.canvas.Canvas", Canvas)
    pdf(root)
    usual = "setLineWidth 1", "setDash []"
    assert [line for line in Canvas.told if line not in usual] == DRAWN.split("\n")


# --- PNG ---


@pytest.mark.parametrize(
    "width, height, pixels",
    [
        (75, 30, (200, 80)),
        (4500, 9, (12_000, 24)),
        (9, 6000, (18, 12_000)),
        (9000, 90, (12_000, 120)),
    ],
)
def test_a_png_has_two_pixels_for_one_of_css_and_is_less_sharp_where_it_is_huge(
    width, height, pixels
):
    content = png(document(width=width, height=height))
    assert struct.unpack(">II", content[16:24]) == pixels


@pytest.mark.parametrize(
    "text, rare",
    [
        *(("apple −2.5", False), ("∂√≈≤≥", False), ("Αω", False), ("価格", False), ("가격", False)),
        *(("é", False), ("xᵢ", True), ("10⁻⁹", True), ("ϊ", True), ("΄", True), ("⋮", True)),
    ],
)
def test_a_png_takes_another_font_for_rare_signs(text, rare):
    root = document(word(text))
    png(root)
    assert (root[0].get("font-family") == "DejaVu Sans,Helvetica") == rare


# --- how wide ---


@pytest.mark.parametrize(("anchor", "left"), [("start", 1.0), ("middle", 0.5), ("end", 0.0)])
def test_the_room_of_a_text_lies_as_it_is_anchored(anchor, left):
    text = Text("12.5", "value", 10.0, x=3.0, y=-2.0, anchor=anchor)
    x0, y0, x1, y1 = text.area(100 + 50j)
    assert (x1 - x0, y1 - y0) == pytest.approx((text.width, 8.0))
    assert (y0 + y1) / 2 == pytest.approx(48.0)
    assert x0 == pytest.approx(103.0 - (1.0 - left) * text.width)


def test_letters_take_the_room_that_they_take_in_dejavu_sans():
    """Vera, which reportlab brings along, has its widths; and letters of Asia are square."""
    reportlab = pytest.importorskip("reportlab")
    from reportlab.pdfbase.ttfonts import TTFont

    vera = TTFont("V", str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"))
    wrong = {}
    for c in map(chr, [*range(32, 127), 0xB0, 0xD7, 0xF7, 0x2014, 0x2026, 0x2212, 0x2248]):
        wide = vera.stringWidth(c, 1.0)
        if not wide - 0.08 <= width(c, 1.0) <= wide + 0.19:
            wrong[c] = wide, width(c, 1.0)
    assert list(wrong) == ["J"]  # narrow for a capital
    assert width("価格", 10.0) == pytest.approx(20.0, abs=1.5)
    assert width("사과，", 10.0) == pytest.approx(30.0, abs=2.0)
    assert width("e\u0301\u200b", 10.0) == width("e", 10.0)
    assert width("⁻¹²ˣ", 10.0) == pytest.approx(18.0, abs=1.0)
    assert Text("ab", "name", 10.0, bold=True).width == pytest.approx(1.1 * width("ab", 10.0))
