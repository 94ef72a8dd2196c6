"""Many units that are alike: what is drawn of them, what is said of the rest, and its numbers."""

import math
import random
import re
import time
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

import autograd as ag
from autograd import Value
from autograd.draw import figure_of
from autograd.draw.fold import Alike
from autograd.draw.sheet import sheet
from autograd.draw.svg import svg
from autograd.nn import MLP


def regression(n):
    w, b, loss = Value(0.5, "w"), Value(0.1, "b"), Value(0.0)
    for i in range(n):
        loss = loss + (w * i + b - 3 * i) ** 2
    loss.label = "loss"
    loss.backward()
    return loss


def network(*sizes):
    outputs = MLP(sizes[0], sizes[1:], rng=random.Random(1))(ag.values([0.1] * sizes[0], "x"))
    ag.sum(outputs).backward()
    return outputs


def drawn(y, **options):
    figure, look = figure_of(y, **options)
    return figure, svg(sheet(figure, look))


def size(picture):  # in CSS pixels
    root = ET.fromstring(picture)
    return tuple(float(root.get(side)[:-2]) / 0.75 for side in ("width", "height"))


def rest(figure):
    return [unit for unit in figure.nodes if unit.kind == "more"]


def test_the_loss_of_60_points_is_a_few_terms_and_the_sum_of_the_others():
    y = regression(60)
    figure, picture = drawn(y)
    (more,) = rest(figure)
    assert (more.text, more.notes) == ("… 57 more", ("like these",))
    (total,) = (unit for unit in figure.nodes if unit.text == "Σ")
    flows = {edge.tail: edge for edge in figure.edges if edge.head == total.id}
    terms = [(0.5 * i + 0.1 - 3 * i) ** 2 for i in range(60)]
    assert flows[more.id].value == pytest.approx(math.fsum(terms[2:59]), rel=1e-14)
    assert math.fsum(edge.value for edge in flows.values()) == pytest.approx(y.data, rel=1e-14)
    assert {edge.gradient for edge in flows.values()} == {1.0}
    width, height = size(picture)
    assert width <= 1300 and height <= 700
    assert f"Σ {flows[more.id].value:.0f}" in picture and "… 57 more" in picture


def test_a_network_of_64_inputs_can_be_looked_at():
    outputs = network(64, 16, 10)
    figure, picture = drawn(outputs)
    assert sorted((unit.text, unit.notes) for unit in rest(figure)) == [
        ("… 13 more", ("like these",)),
        ("… 61 more", ("x[2] … x[62]",)),
    ]
    assert Counter(unit.kind for unit in figure.nodes) == {
        **{"leaf": 3, "composite": 3 + 10, "more": 2, "output": 10}
    }
    for style in ("book", "box", "network"):
        width, height = size(drawn(outputs, style=style)[1])
        assert width <= 1600 and height <= 1300
    assert ">61 values<" in picture and ">13 values<" in picture


def test_neurons_stand_in_their_order():
    figure, picture = drawn(network(3, 5, 4), style="network")
    groups = {g.get("id"): g for g in ET.fromstring(picture).iter() if g.get("id")}
    places = {
        unit.id: [float(e.get(k)) for e in groups[unit.id] for k in ("cx", "cy") if e.get(k)]
        for unit in figure.nodes
        if unit.kind != "output"
    }
    for x in {x for x, _ in places.values()}:
        column = [y for other, y in places.values() if other == x]
        assert column == sorted(column)
    assert len({x for x, _ in places.values()}) == 3


@pytest.mark.parametrize("seed", range(12))
def test_the_shares_of_what_is_drawn_add_up(seed):
    rng = random.Random(seed)
    x = ag.values([rng.uniform(-1.0, 1.0) for _ in range(rng.randint(2, 30))], "x")
    hidden = MLP(len(x), [rng.randint(2, 20)], rng=rng, activation="tanh")(x)
    terms = [(h - rng.random()) ** 2 for h in hidden] + [ag.exp(v) for v in x]
    y = ag.sum(terms) if seed % 2 else sum(terms[1:], terms[0])
    y.backward()
    for fold in (None, True):
        figure, _ = figure_of(y, fold=fold)
        shares = {}
        for edge in figure.edges:
            shares.setdefault((edge.tail, edge.source), []).append(edge.gradient)
        hidden = {i for unit in rest(figure) for i in unit.values}
        for (tail, i), parts in shares.items():
            if i not in hidden and tail[0] != "m":
                assert math.fsum(parts) == pytest.approx(figure.recorded[i].grad, rel=1e-12)


def test_what_is_not_drawn_is_counted():
    for n in (10, 11, 12, 57, 400):
        figure, _ = figure_of(ag.sum(ag.values([0.5] * n, "x")))
        leaves = sum(unit.kind == "leaf" for unit in figure.nodes)
        said = sum(int(re.sub(r"\D", "", unit.text)) for unit in rest(figure))
        assert leaves + said == n and (leaves == n if n <= 10 else leaves == 3)


def test_only_what_is_computed_alike_is_left_out():
    x = ag.values([0.1 * i for i in range(24)], "x")
    y = sum([v**2 for v in x[:12]] + [ag.exp(v) for v in x[12:]], Value(1.0, "start"))
    texts = Counter(unit.text for unit in figure_of(y)[0].nodes)
    assert (texts["… 9 more"], texts["x²"], texts["exp"], texts["start"]) == (2, 3, 3, 1)
    mixed = sum((v**2 if i % 3 else ag.exp(v) for i, v in enumerate(x[:12])), 0.0)
    assert not rest(figure_of(mixed)[0])
    both = ag.sum([*ag.values([1.0] * 9, "a"), *ag.values([1.0] * 9, "b")])
    assert not rest(figure_of(both)[0])  # two kinds of names


def test_everything_is_drawn_without_folding():
    figure, _ = figure_of(regression(40), fold=False)
    assert not rest(figure) and sum(unit.text == "x²" for unit in figure.nodes) == 40


def test_a_sum_of_any_length_is_drawn():
    figure, _ = drawn(regression(4000))
    assert [unit.text for unit in rest(figure)] == ["… 3,997 more"] and len(figure.nodes) < 30


def test_many_outputs_are_left_out_with_their_ends():
    figure, _ = drawn(network(3, 26))
    assert sum(unit.kind == "output" for unit in figure.nodes) == 3
    assert [unit.text for unit in rest(figure)] == ["… 23 more"]


def test_edges_of_the_rest_are_in_the_box_around_both_ends_and_have_no_gradient_without_a_sweep():
    w, loss = Value(0.5, "w"), Value(0.0, "start")
    with ag.named_scope("outer"), ag.named_scope("fit"):
        for i in range(30):
            loss = loss + (w * i - 3 * i) ** 2
    figure, _ = figure_of(loss, fold=False)
    names = {box.id: box.name for box in figure.boxes}
    assert {names.get(edge.box) for edge in figure.edges} == {None, "fit"} and not rest(figure)
    figure, _ = figure_of(loss)
    (more,) = rest(figure)
    boxes = {unit.id: names.get(unit.box) for unit in figure.nodes}
    assert boxes[more.id] == "fit"
    for edge in figure.edges:
        ends = {boxes[edge.tail], boxes[edge.head]}
        assert names.get(edge.box) == ("fit" if ends == {"fit"} else None)
        assert edge.gradient is None
    assert more.id in {edge.tail for edge in figure.edges if edge.box is not None}


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "tex", "dot", "mmd"])
def test_every_format_draws_the_rest(tmp_path, suffix):
    path = tmp_path / f"y.{suffix}"
    ag.save(regression(40), path)
    content = path.read_bytes()
    if suffix in ("svg", "dot", "mmd", "tex"):
        text = content.decode().replace("\\ldots{}", "…").replace("#8230;", "…")
        assert "… 37 more" in text and ("dash" in text or suffix == "mmd")
    assert len(content) < 500_000


def test_far_uses_of_many_leaves_take_no_time():
    leaves = ag.values([1.0 + 1e-3 * i for i in range(12)], "a")
    y = Value(1.0, "y")
    for i in range(400 * 12):
        y = y * leaves[-1 - i % 12] * 0.9
    start = time.process_time()
    with pytest.raises(ValueError, match="more than 1,000"):
        figure_of(y * 1e-300)
    assert time.process_time() - start < 5.0


def test_only_leaves_are_told_by_their_names_and_only_where_they_have_some():
    outputs = [2.0 * v for v in ag.values([0.5] * 12, "x")]
    for i, y in enumerate(outputs):
        y.label = f"y[{i}]"
    (more,) = rest(figure_of(outputs)[0])
    assert (more.text, more.notes) == ("… 9 more", ("like these",))
    leaves = [
        Value(1.0, "1" if i in named else None) for named in ((), (2,), (10,)) for i in range(12)
    ]
    for part in (leaves[:12], leaves[12:24], leaves[24:]):
        (more,) = rest(figure_of(ag.sum([ag.exp(v) for v in part]))[0])
        assert more.notes == ("like these",)


@pytest.mark.parametrize("each, names", [(10, []), (11, ["x[2] … x[9]", "x[13] … x[20]"])])
def test_what_goes_to_other_places_is_another_group(each, names):
    """By the places that it goes to in the end: what is between belongs to each."""
    x = ag.values([0.1] * (2 * each), "x")
    a = ag.sum([ag.exp(v) for v in x])
    b = ag.sum([v**2 for v in x[:each]])
    c = ag.sum([v**2 for v in x[each:]])
    more = rest(figure_of(ag.sum([a, b, c, *ag.values([1.0] * 5, "k")]))[0])  # all meet in one
    assert [unit.notes[0] for unit in more if unit.notes[0] != "like these"] == names


def test_what_a_transform_records_inside_of_a_composite_is_drawn_with_lines_to_and_fro():
    x = ag.values([0.5 + 0.1 * i for i in range(12)], "x")
    with ag.named_scope("outer"):
        y = ag.exp(ag.sum(x))
        slope = ag.grad(lambda t: ag.sin(t) * t)(y)
        z = slope * 3 + y
    figure, _ = figure_of(z, fold=True)
    assert not rest(figure)  # what belongs to what cannot be told
    ways = {(edge.tail, edge.head) for edge in figure.edges}
    assert ("c0", "n24") in ways and ("n28", "c0") in ways
    for style in ("book", "network"):
        drawn = sheet(*figure_of(z, fold=True, style=style))
        assert {f"n{i}" for i in range(24, 29)} < {item.id for item in drawn.items}


def test_a_rule_tells_what_is_folded():
    y = regression(12)
    with ag.named_scope("kept"):
        y = ag.sigmoid(ag.sigmoid(y * 1e-4))
    seen = set()

    def rule(scope):
        seen.add(scope.name)
        return scope.name in ("sigmoid", "Σ")

    figure, _ = figure_of(y, fold=rule)
    assert [box.name for box in figure.boxes] == ["kept"] and not rest(figure)
    assert sum(unit.kind == "composite" for unit in figure.nodes) == 2
    assert seen == {"kept", "sigmoid", "Σ", "…"}
    asked = []
    figure, _ = figure_of(y, fold=lambda scope: asked.append(scope) is None)
    (more,) = rest(figure)
    assert more.id in [scope.id for scope in asked if isinstance(scope, Alike)]
