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


def test_what_leaves_is_named_by_the_first_three_that_it_goes_to():
    x = Value(2.0, "x")
    t = x * 3
    uses = [t + 1, t * 5, t + 7, ag.exp(t)]
    figure, _ = figure_of(uses)
    drawn = inside(figure, ["n2"], Box("b", "part", "", None))
    (end,) = (unit for unit in drawn.nodes if unit.id == "n2_to2")
    assert (end.kind, end.text, end.values, end.box) == ("reference", "+1, ×5, +7", (2,), None)
    (edge,) = (edge for edge in drawn.edges if edge.head == end.id)
    assert len(edge.uses) == 4 and (edge.value, edge.partial, edge.main) == (6.0, None, False)
    figure, _ = figure_of(t)
    drawn = inside(figure, ["n2"], Box("b", "part", "", None))
    assert [unit.text for unit in drawn.nodes if unit.kind == "reference"] == ["x", "output"]


def test_frames_within_are_kept_and_those_around_are_not():
    x = Value(2.0, "x")
    with ag.named_scope("outer"):
        with ag.named_scope("middle"):
            with ag.named_scope("inner"):
                y = ag.exp(x)
            y = y * 3
        y = y + 1
    figure, _ = figure_of(y)
    boxes = {unit.text: unit.box for unit in figure.nodes}
    parts = [unit.id for unit in figure.nodes if unit.text in ("exp", "×3")]
    drawn = inside(figure, parts, Box("b", "part", "", None))
    assert [(box.id, box.name, box.parent) for box in drawn.boxes] == [
        ("b", "part", None),
        (boxes["×3"], "middle", "b"),
        (boxes["exp"], "inner", boxes["×3"]),
    ]
    places = {unit.text: unit.box for unit in drawn.nodes}
    assert places == {"exp": boxes["exp"], "×3": boxes["×3"], "x": None, "+1": None}
    parts = [unit.id for unit in figure.nodes if unit.text in ("×3", "+1")]
    drawn = inside(figure, parts, Box("b", "part", "", None))
    assert [box.id for box in drawn.boxes] == ["b"]
    assert {edge.id: edge.box for edge in drawn.edges}["e5_0"] == "b"
