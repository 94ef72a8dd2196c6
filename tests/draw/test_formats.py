"""What single formats write of a text: raised and lowered letters, fonts, the room it takes."""

import pytest

import autograd as ag
from autograd import Value
from autograd.draw.item import Text


def saved(y, path):
    ag.save(y, path)
    return path.read_bytes()


def test_tikz_raises_and_lowers_letters(tmp_path):
    x, y = Value(2.0, "x₁"), Value(3.0, "x²")
    written = saved(x * y, tmp_path / "y.tex").decode()
    assert r"x\textsubscript{1}" in written and r"x\textsuperscript{2}" in written


@pytest.mark.parametrize(("label", "font"), [("価格", b"/HeiseiKakuGo"), ("가격", b"/HYGothic")])
def test_a_pdf_has_a_font_for_the_letters(label, font, tmp_path):
    pytest.importorskip("reportlab")
    assert font in saved(Value(2.0, label) * 3, tmp_path / "y.pdf")


@pytest.mark.parametrize(("anchor", "left"), [("start", 1.0), ("middle", 0.5), ("end", 0.0)])
def test_the_room_of_a_text_lies_as_it_is_anchored(anchor, left):
    text = Text("12.5", "value", 10.0, x=3.0, y=-2.0, anchor=anchor)
    x0, y0, x1, y1 = text.area(100 + 50j)
    assert (x1 - x0, y1 - y0) == pytest.approx((text.width, 8.0))
    assert (y0 + y1) / 2 == pytest.approx(48.0)
    assert x0 == pytest.approx(103.0 - (1.0 - left) * text.width)
