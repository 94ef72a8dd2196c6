"""What a picture says in words: its name, its description, tooltips; wrong options."""

from itertools import combinations

import pytest
from draw import scenes

import autograd as ag
from autograd import Value
from autograd.draw import figure_of
from autograd.draw.assembly import figure
from autograd.draw.sheet import sheet
from autograd.draw.text import cut


def sheet_of(y, **options):
    return sheet(*figure_of(y, **options))


def composite(name):
    def of(x):
        with ag.named_scope(name):
            return ag.exp(x)

    return of


def tooltips(y, **options):
    drawn = sheet_of(y, **options)
    return {thing.id: thing.title for thing in (*drawn.items, *drawn.links) if thing.title}


def test_a_picture_is_named_by_three_of_its_outputs():
    x = Value(2.0, "x")
    outputs = [x + i for i in range(5)]
    outputs[1].label = "second"
    assert sheet_of(outputs).name == "Computation graph of output = 2, second = 3, output = 4"


def test_twenty_of_each_kind_are_told():
    x = ag.values([1.0] * 21, "x")
    x[1].grad = 2.0
    y = ag.sum(x) * x[0] + ag.exp(Value(0.5))
    words = sheet_of(y, fold=False).words
    inputs, operations, outputs, more = words.split(". ")
    told = ["x[0] = 1", "x[1] = 1 (gradient 2)", *(f"x[{i}] = 1" for i in range(2, 20))]
    assert inputs == f"Inputs: {', '.join(told)}"
    assert (operations, outputs, more) == (
        *("Operations: 21 +, ×, exp", "Outputs: output = 22.65", "and 2 more."),
    )
    assert "more" not in sheet_of(ag.sum(x[:20]), fold=False).words
    leaf = Value(3.0)
    assert sheet_of(leaf).words == "Inputs: a number = 3. Outputs: output = 3."


def test_tooltips_tell_every_number_to_12_digits():
    x, w = Value(1 / 3, "x"), Value(2 / 3, "w")
    t = x * w
    t.label = "t"
    y = t * t
    y.backward()
    found = tooltips(y)
    assert found["e2_0"] == (
        "value 0.333333333333, gradient 0.296296296296, local derivative 0.666666666667"
    )
    assert found["e3_1"] == (
        "t, value 0.222222222222, gradient 0.222222222222, local derivative 0.222222222222"
    )
    assert (found["n0"], found["n3"]) == ("x", "×")
    assert tooltips(ag.sigmoid(x), fold=True)["c0"] == "sigmoid: y′ = y (1 − y)"


def test_tooltips_tell_what_is_not_drawn_one_by_one():
    found = tooltips(ag.sum([v**2 for v in ag.values([0.5] * 12, "x")]))
    assert [text for text in found.values() if "more" in text] == [
        "… 9 more: like these (fold=False draws all)"
    ]
    assert any(text.startswith("sum of 9 values 2.25, local") for text in found.values())
    outputs = ag.affine(ag.values([0.5] * 12, "x"), [[1.0, 2.0]] * 12, [0.0, 1.0])
    assert "9 values" in tooltips(outputs, fold=True).values()


def test_a_weight_is_told_in_the_tooltip_of_its_line():
    w = ag.values([1 / 3, -2.0, 3.0], "w")
    x = ag.values([1.0, 2.0], "x")
    with ag.named_scope("neuron", "w · x + b"):
        y = w[0] * x[0] + w[1] * x[1] + w[2]
    assert tooltips(y, style="network")["e2_1"] == "weight w[0] 0.333333333333"
    y.backward()
    found = tooltips(y, style="network")
    assert found["e2_1"] == "weight w[0] 0.333333333333, its gradient 1"
    w[1].label = None
    assert tooltips(y, style="network")["e5_1"] == "weight −2, its gradient 2"


def circles(y, **options):
    """The lines of each circle of a network but those of leaves, and how wide it is."""
    items = sheet_of(y, style="network", **options).items
    return {i.id: ([t.text for t in i.texts], i.width) for i in items if "leaf" not in i.classes}


def test_a_circle_says_the_users_name_of_its_number_above_what_it_does():
    x, w = Value(0.0, "x"), Value(1.0, "w")
    h = ag.tanh(x * w)
    h.label = "h"
    y = h + 1
    y.label = "loss"
    y.backward()
    names = [["×", "0", "1"], ["h", "tanh", "0", "1"], ["loss", "+1", "1", "1"]]
    assert [texts for texts, _ in circles(y).values()] == names
    y.label = "tanh"
    given = [texts[:2] for texts, _ in circles(ag.exp(y), names={"g": h, "+1": y}).values()]
    assert given[1:3] == [["g", "tanh"], ["+1", "1"]]
    assert tooltips(ag.exp(y), style="network")["n3"] == "h: tanh"


def test_a_composite_without_weights_says_its_name_and_neurons_say_only_yours():
    y = ag.sigmoid(Value(0.0, "x"))
    assert circles(y, fold=True)["c0"][0] == ["sigmoid", "0.5"]
    w = ag.values([1.0, -2.0, 3.0], "w")
    x = ag.values([1.0, 2.0], "x")
    with ag.named_scope("neuron", "w · x + b"):
        y = w[0] * x[0] + w[1] * x[1] + w[2]
    assert circles(y)["c0"][0] == ["0"]
    y.label = "out"
    assert circles(y)["c0"][0] == ["out", "0"]


def test_a_long_operation_takes_several_lines_and_makes_no_other_circle_larger():
    scores = ag.values([0.5, -1.0], "s")
    small = {item.width for item in sheet_of(scores[0] * 2, style="network").items}
    loss = ag.softmax_cross_entropy([s * 2 for s in scores], 1)
    loss.label = "loss"
    drawn = sheet_of(loss, style="network").items
    (large,) = (item for item in drawn if item.texts[0].text == "loss")
    assert [t.text for t in large.texts][:4] == ["loss", "softmax_", "cross_", "entropy"]
    assert {item.width for item in drawn if item is not large} == small
    assert large.width == large.height < 120.0
    for t in large.texts:  # every corner is within the circle
        assert abs(complex(0.5 * t.width, abs(t.y) + 0.4 * t.size)) < 0.5 * large.width


def test_lines_without_weights_are_thin_and_grey_and_all_weights_may_be_0():
    with ag.named_scope("neuron", "w · x + b"):
        x, w = ag.values([1.0, 2.0], "x"), ag.values([0.0, 0.0, 0.0], "w")
        y = w[0] * x[0] + w[1] * x[1] + w[2]
    links = sheet_of(y * 2, style="network").links
    assert [(link.stroke, link.width) for link in links] == [
        *[("#2e6da4", 0.4)] * 2,
        ("#7f8c8d", 1.0),
    ]


def test_circles_are_44_points_wide_at_least():
    (circle,) = sheet_of(Value(1.0), style="network").items
    assert (circle.width, circle.height) == (44.0, 44.0)


@pytest.mark.parametrize("style", ["book", "box", "network"])
def test_what_rounding_leaves_of_a_gradient_is_0_in_every_style(style):
    x = Value(1.0, "x")
    v = x * 1
    y = v * 0.1 + v * 0.2 - v * 0.3
    y.backward()
    assert 0.0 < abs(x.grad) < 1e-16 > abs(v.grad) > 0.0
    drawn = sheet_of(y, style=style)
    gradients = {t.text for item in drawn.items for t in item.texts if t.kind == "gradient"}
    assert "0" in gradients and not any("×" in text for text in gradients)
    assert "x = 1 (gradient 0)" in drawn.words


@pytest.mark.parametrize("precision", [1, 17])
def test_precision_goes_from_1_to_17(precision):
    assert sheet_of(Value(1.0, "x"), precision=precision)
    for wrong in (0, 18, 4.0):
        with pytest.raises(ValueError) as error:
            sheet_of(Value(1.0, "x"), precision=wrong)
        assert str(error.value) == f"precision is a number of digits from 1 to 17, not {wrong}"


def test_a_wrong_option_is_told_with_those_that_there_are():
    for wrong, told in (
        ({"direction": "UP"}, "direction is one of LR, RL, TB, BT, not 'UP'"),
        ({"style": "b"}, "style is one of book, box, network, not 'b'"),
    ):
        with pytest.raises(ValueError) as error:
            sheet_of(Value(1.0, "x"), **wrong)
        assert str(error.value) == told
    with pytest.raises(ValueError, match=f"no composite '{'n' * 59}, but sigmoid"):
        sheet_of(ag.sigmoid(Value(1.0)), fold="n" * 100)
    with pytest.raises(TypeError, match="not \\[" + "3, " * 19 + "3,$"):
        sheet_of(ag.sigmoid(Value(1.0)), fold=[3] * 100)


def test_numbers_have_four_digits_where_nothing_is_said():
    y = Value(1 / 3) * Value(2 / 3)
    assert [unit.text for unit in figure([y]).nodes[:2]] == ["0.3333", "0.6667"]
    assert [unit.text for unit in figure_of(y, precision=6)[0].nodes[:2]] == [
        "0.333333",
        "0.666667",
    ]


def test_a_label_of_up_to_40_letters_is_whole():
    assert [cut("x" * n) for n in (39, 40, 41)] == ["x" * 39, "x" * 40, "x" * 39 + "…"]


@pytest.mark.parametrize("style, small, large, circle", [("book", 13, 18, 36), ("box", 11, 15, 28)])
@pytest.mark.parametrize(
    "make, text, is_large, is_circle",
    [
        *((lambda x: x * x, "×", True, True), (lambda x: x * 3, "×3", True, True)),
        *((ag.exp, "exp", False, True), (lambda x: x * 10, "×10", False, True)),
        *((lambda x: x * 100, "×100", False, False), (lambda x: x**2, "x²", True, True)),
        (lambda x: sum([x] * 7, x), "Σ", True, True),
        *((composite("f"), "f", False, True), (composite("fg"), "fg", False, False)),
    ],
)
def test_an_operator_of_three_letters_is_a_circle(
    style, small, large, circle, make, text, is_large, is_circle
):
    drawn = sheet_of(make(Value(2.0, "x")), style=style, fold=True)
    (item,) = (item for item in drawn.items if item.title == text)
    (word,) = item.texts
    assert (item.shape == "circle") == is_circle and (word.text, word.kind) == (text, "symbol")
    assert word.size == (large if is_large else small)
    if is_circle:
        assert item.width == item.height == circle
    else:
        assert (item.width, item.height) == (word.width + 20, circle - 6)


@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
@pytest.mark.parametrize("style", ["book", "box", "network"])
@pytest.mark.parametrize("scene", [scenes.twice, scenes.nested, scenes.squashed, scenes.softmax])
def test_texts_stand_within_their_items(scene, style, direction):
    for fold in (None, True):
        for item in sheet_of(scene(), fold=fold, style=style, direction=direction).items:
            for text in item.texts:
                left, top, right, bottom = text.area(0j)
                assert max(-left, right) <= item.width / 2 + 0.1 or item.shape == "circle"
                assert max(-top, bottom) <= item.height / 2 + 0.1
            for a, b in combinations(item.texts, 2):
                (left, top, right, bottom), (x0, y0, x1, y1) = a.area(0j), b.area(0j)
                assert right <= x0 or x1 <= left or bottom <= y0 or y1 <= top


def test_a_number_that_is_shown_once_stands_in_the_box_of_its_lines():
    t = ag.exp(Value(0.5, "t"))
    with ag.named_scope("outer"):
        u = ag.sin(Value(0.1, "u")) * t  # whose own line comes from outside
        y = ag.sum([ag.dot([u, 1.0 + i], [1.0, t]) for i in range(4)])
    drawn = sheet_of(y, fold={"dot", "sum"})
    boxes = {item.id: item.box for item in drawn.items}
    (stem,) = (link for link in drawn.links if link.head is None)
    assert stem.box == boxes[stem.label] == boxes[stem.tail] == "b0"
    before = drawn.items[[item.id for item in drawn.items].index(stem.label) - 1]
    assert before.box is None
