"""The inside of one unit: where the names of what comes in stand."""

import re

import pytest

import autograd as ag
from autograd import Value
from autograd.draw import figure_of
from autograd.draw.figure import Box
from autograd.draw.inside import inside
from autograd.draw.sheet import sheet
from autograd.draw.svg import svg


def of_terms(n):
    """What is in n terms of a loss, drawn alone."""
    w, b = Value(0.5, "w"), Value(0.1, "b")
    loss = ag.sum([(w * i + b - 3 * i) ** 2 for i in range(2, 2 + n)])
    loss.backward()
    figure, look = figure_of(loss, fold=False)
    parts = [unit.id for unit in figure.nodes if unit.kind == "operator" and unit.box is None]
    drawn = inside(figure, parts, Box("b", "terms", "", None))
    places = {(unit.text, unit.box) for unit in drawn.nodes if unit.kind == "reference"}
    return places, drawn, svg(sheet(drawn, look))


def test_a_few_names_stand_around_the_box():
    places, _, _ = of_terms(2)
    assert {("w", None), ("b", None)} <= places


@pytest.mark.parametrize("count", [6, 40])
def test_many_names_stand_beside_their_uses(count):
    places, drawn, picture = of_terms(count)
    assert {("w", None), ("b", "b")} <= places and ("b", None) not in places
    assert sum(unit.text == "b" for unit in drawn.nodes) == count
    for edge in drawn.edges:
        if edge.name is None and edge.tail.endswith("_from"):
            line = re.search(rf'<g id="{edge.id}" .*?<path[^>]* d="([^"]+)"', picture, re.DOTALL)
            ys = [float(y) for y in re.findall(r",(-?[\d.]+)", line[1])]
            assert (
                max(ys) - min(ys) < 150
            )  # three rows: no bundle of lines runs through the picture
