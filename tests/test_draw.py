"""Pictures: what the figure says, what the SVG and the DOT text show, on both engines."""

import shutil
from xml.etree import ElementTree as ET

import pytest

import autograd as ag
from autograd import Value
from autograd.draw.figure import figure

SVG = "{http://www.w3.org/2000/svg}"
ENGINES = [
    "embedded",
    pytest.param("dot", marks=pytest.mark.skipif(not shutil.which("dot"), reason="no dot")),
]


def svg(y, engine="embedded", **options):
    from autograd.draw import _sheet
    from autograd.draw.svg import svg

    return svg(_sheet(y, **options), engine)


def apple():
    apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    price = apple * count * tax
    price.label = "price"
    price.backward()
    return price


def edges(text):
    """id -> class -> text, of every edge in an SVG."""
    return {
        g.get("id"): {t.get("class"): t.text for t in g.iter(f"{SVG}text")}
        for g in ET.fromstring(text).iter(f"{SVG}g")
        if g.get("class") == "edge"
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_every_value_and_gradient_of_the_apple_price_is_on_its_edge(engine):
    assert edges(svg(apple(), engine)) == {
        "e2_0": {"value": "100", "gradient": "2.2"},
        "e2_1": {"value": "2", "gradient": "110"},
        "e4_0": {"value": "200", "gradient": "1.1"},
        "e4_1": {"value": "1.1", "gradient": "200"},
        "eo0": {"value": "220", "gradient": "1"},
    }


def test_gradients_are_left_out_without_a_sweep():
    x = Value(3.0, "x")
    assert [e.gradient for e in figure([x * x]).edges] == [None, None, None]


def test_each_use_has_its_share_and_a_leaf_its_total():
    x = Value(2.0, "x")
    y = x * x + 3 * x
    y.backward()
    drawn = figure([y])
    assert [(n.text, n.total) for n in drawn.nodes[:1]] == [("x", 7.0)]
    assert [e.gradient for e in drawn.edges if e.tail == "n0"] == [2.0, 2.0, 3.0]
    assert [n.text for n in drawn.nodes] == ["x", "×", "×3", "+", ""]


@pytest.mark.parametrize("fold", [True, False, {"sigmoid"}])
def test_a_composite_folds_into_one_node_with_the_same_numbers(fold):
    x = Value(1.0, "x")
    y = ag.sigmoid(x)
    y.backward()
    drawn = figure([y], fold)
    first = drawn.edges[0]
    assert (first.value, first.gradient) == (1.0, x.grad)
    assert len(drawn.nodes) == (6 if fold is False else 3)
    if fold is not False:
        assert first.partial == x.grad


# --- files ---


def test_json_round_trip_is_exact(tmp_path):
    score = ag.values([0.1, 1 / 3, -2e-308], "a")
    loss = ag.softmax_cross_entropy(score, 1) / 3
    loss.label = "loss"
    other = ag.sigmoid(score[0])
    loss.backward()
    ag.save([loss, other], tmp_path / "g.json")
    again = ag.load(tmp_path / "g.json")
    assert pickle_like(again) == pickle_like([loss, other])
    assert [type(v) for v in again] == [Value, Value]
    before, after = (ag.draw(y, fold=False).source for y in ([loss, other], again))
    assert before == after


def pickle_like(outputs):
    """All that a graph holds, in comparable form."""
    from autograd.value import inputs_first

    order = inputs_first(*outputs)
    index = {v: i for i, v in enumerate(order)}
    return [
        (
            *(v.data.hex(), v.grad, v.label, v.op, v.partials, v._count),
            *([index[x] for x in v.inputs],),
            [(s.name, s.formula, s.derivative) for s in (v._scope.path if v._scope else ())],
        )
        for v in order
    ]
