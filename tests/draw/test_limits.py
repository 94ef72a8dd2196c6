"""Where the limits of pictures lie, and what is said beyond them."""

import json
import re
from contextlib import ExitStack
from sys import float_info

import pytest
from draw import scenes

import autograd as ag
from autograd import Value
from autograd.draw import assembly, figure_of
from autograd.draw.dot import digraph
from autograd.draw.layout import use
from autograd.draw.mermaid import mermaid
from autograd.draw.references import with_references
from autograd.draw.sheet import sheet
from autograd.draw.svg import svg
from autograd.draw.text import width

EPSILON = float_info.epsilon


def sines(n, x=None):
    y = Value(0.5, "x") if x is None else x
    for _ in range(n):
        y = ag.sin(y)
    return y


def squashed(n, x=None):
    y = Value(0.5, "x") if x is None else x
    for _ in range(n):
        y = ag.sigmoid(y)
    return y


def refusal(y, fold=None, **options):
    with pytest.raises(ValueError) as error:
        figure_of(y, fold, **options)
    return str(error.value)


# --- how many nodes ---


def test_a_thousand_nodes_are_drawn_and_no_more():
    assert len(figure_of(sines(998))[0].nodes) == 1000
    assert refusal(sines(999)) == (
        "the picture would have 1,001 nodes, more than 1,000: draw a part: an inner node, or a "
        "smaller example, or record its parts in named_scope, which can be folded; .dot and .mmd "
        "take 100,000"
    )
    figure, look = figure_of(sines(999), limit=1001)  # as texts are, to their own limit
    assert mermaid(figure, look).count("((") == 999


def test_of_a_graph_that_is_far_larger_than_its_picture_the_picture_counts():
    with ag.named_scope("deep"):
        y = sines(100)
    assert len(figure_of(y, True, limit=3)[0].nodes) == 3
    assert refusal(y, True, limit=2).startswith("the picture would have 3 nodes, more than 2: ")


@pytest.mark.parametrize(
    "scene", [scenes.squares, scenes.squashed, scenes.apart, lambda: scenes.network(12, 11, 2)]
)
def test_what_is_left_out_is_counted_as_one(scene):
    y = scene()
    count = len(figure_of(y, True)[0].nodes)
    assert len(figure_of(y, True, limit=count)[0].nodes) == count
    told = f"the picture would have {count} nodes, more than {count - 1}: "
    assert refusal(y, True, limit=count - 1).startswith(told)


PART = "draw a part: an inner node, or a smaller example"
NAMED = ", or record its parts in named_scope, which can be folded"


@pytest.mark.parametrize(
    "y, fold, limit, told",
    [
        (squashed(5), False, 7, "22 nodes, more than 7: fold=True draws it with 7"),
        (squashed(5), False, 6, f"22 nodes, more than 6: {PART} (fold=True still leaves 7)"),
        (squashed(5), {"sigmoid"}, 6, f"7 nodes, more than 6: {PART}"),
        (squashed(200), None, 201, f"202 nodes, more than 201: {PART}"),
        (sines(5), False, 6, f"7 nodes, more than 6: {PART}{NAMED}"),
        (sines(5), True, 6, f"7 nodes, more than 6: {PART}{NAMED}"),
    ],
)
def test_what_can_be_done_is_said(y, fold, limit, told, monkeypatch):
    told = f"the picture would have {told}"
    texts = "; .dot and .mmd take 100,000" if PART in told else ""
    assert refusal(y, fold, limit=limit) == told + texts
    monkeypatch.setattr(assembly, "TEXT_LIMIT", limit)  # what is a text already
    assert refusal(y, fold, limit=limit) == told


@pytest.mark.parametrize("extra, nodes", [(0, 150), (1, 39 + 1)])
def test_up_to_150_nodes_composites_stay_open(extra, nodes):
    assert len(figure_of(sines(extra, squashed(37)))[0].nodes) == nodes


def test_the_least_folding_that_is_enough_is_done_and_eight_levels_are_tried():
    def deep(levels, steps):
        """Composites one inside the other, each of so many steps of its own."""

        def within(y, level):
            with ag.named_scope(f"s{level}"):
                if level < levels - 1:
                    y = within(y, level + 1)
                return sines(steps, y)

        return within(Value(0.5, "x"), 0)

    def opened(y):
        return len(figure_of(y)[0].boxes)

    assert opened(deep(4, 37)) == 4  # 150 nodes
    assert opened(deep(4, 40)) == 3  # the innermost is folded
    assert opened(deep(4, 60)) == 2
    assert opened(deep(4, 160)) == 0
    assert opened(deep(12, 17)) == 7  # not 8: what is within eight others is not tried alone
    assert opened(deep(8, 19)) == 7


def test_two_hundred_boxes_stand_one_inside_the_other_and_no_more():
    def recorded(n):
        with ExitStack() as stack:
            for _ in range(n):
                stack.enter_context(ag.named_scope("s"))
            return ag.exp(Value(1.0, "x"))

    assert len(figure_of(recorded(200), False)[0].boxes) == 200
    assert refusal(recorded(200), False, limit=2).startswith("the picture would have 3 nodes")
    assert refusal(recorded(201), False) == (
        "the picture would have 201 boxes one inside the other, more than 200: leave fold=False "
        "out, or fold some by name"
    )


# --- sums, and what is alike ---


@pytest.mark.parametrize("terms, signs", [(7, 0), (8, 1)])
def test_a_sum_of_eight_terms_is_one_sign(terms, signs):
    x = Value(2.0, "x")
    y = x
    for _ in range(terms - 1):
        y = y + x
    assert [unit.text for unit in figure_of(y)[0].nodes].count("Σ") == signs


# --- long lines ---


def test_long_lines_are_cut_where_all_together_are_over_1500_columns_long():
    figure, _ = figure_of(sines(15, scenes.chain(53)))  # 1 for each line, and 1 to 53 from w
    assert with_references(figure) is figure
    figure, _ = figure_of(sines(16, scenes.chain(53)))
    cut = with_references(figure)
    names = [unit for unit in cut.nodes if unit.kind == "reference"]
    assert {unit.text for unit in names} == {"w"} and len(names) == 49  # the first four are not
    assert {edge.id for edge in cut.edges} == {edge.id for edge in figure.edges}


@pytest.mark.parametrize("style", ["book", "box"])
def test_a_line_begins_at_a_reference_where_it_is_cut(style):
    drawn = sheet(*figure_of(sines(16, scenes.chain(53)), style=style))
    places = {item.id for item in drawn.items}
    begun = [link for link in drawn.links if link.tail.endswith("_from")]
    assert len(begun) == 49 and {link.tail for link in begun} < places
    names = [item for item in drawn.items if item.classes == "reference"]
    assert {(item.texts[0].text, item.title, item.height, item.width) for item in names} == {
        ("w", "w, which is drawn elsewhere", 18.0, width("w", 12.0) + 8.0)
    }


def test_what_is_cut_and_has_no_name_gets_one():
    w = Value(1.0, "w")
    t, u = w * 2, w * 3
    y = t * u
    named = w + 5
    named.label = "old"
    near = w + 6
    near.label = "near"
    y = y * near
    for _ in range(30):
        y = y * t * u * named
    y = y * w
    y.backward()
    figure, _ = figure_of(y)
    cut = with_references(figure)
    texts = {unit.text for unit in cut.nodes if unit.kind == "reference"}
    assert texts == {"t1", "t2", "old", "w"}
    units = {unit.id: unit for unit in cut.nodes}
    far = {edge.source for edge in cut.edges if units[edge.tail].kind == "reference"}
    numbers = {edge.id: (edge.value, edge.gradient, edge.source) for edge in figure.edges}
    for edge in cut.edges:
        if units[edge.head].kind == "reference":  # where nothing near shows the name
            assert edge.id == f"{edge.head}_edge"
            assert units[edge.head].text == "old"
        else:
            assert (edge.value, edge.gradient, edge.source) == numbers[edge.id]
            tail = units[edge.tail]
            nameless = tail.kind in ("reference", "leaf") or edge.source not in far
            assert (edge.name is None) == (nameless and edge.source != figure.recorded.index(near))
            assert not (edge.main and tail.kind == "reference")


# --- quick layouts ---


def on_a_diagonal(source):
    """An engine's answer: each item higher than those named before it, so operands are upside down.

    Lines are anywhere.
    """
    names = [name for name in re.findall(r"^\t+(\w+) \[", source, re.MULTILINE) if name[:2] != "gr"]
    objects = [{"name": name, "pos": f"{20 * i},{20 * i}"} for i, name in enumerate(names)]
    frames = re.findall(r"subgraph (\w+)", source)
    objects += [{"name": name, "bb": "0,0,99,99"} for name in frames]
    edges = [{"id": id, "pos": "e,4,4 0,0 1,1 2,2 3,3"} for id in re.findall(r" id=(\w+)", source)]
    return json.dumps({"bb": "0,0,999,999", "objects": objects, "edges": edges})


@pytest.mark.parametrize("more, asked", [(0, 2), (1, 1)])
def test_above_150_lines_the_layout_is_a_quick_one(more, asked):
    """Below, a picture whose operands are in the wrong order is tried mirrored, too."""
    x = Value(0.5, "x")
    drawn = sheet(*figure_of(sines(146 + more, x * 3 + x)))
    assert len(drawn.links) == 150 + more
    questions = []

    def engine(source):
        questions.append(source)
        return on_a_diagonal(source)

    use(engine)
    try:
        svg(drawn)
    finally:
        use(None)
    assert len(questions) == asked
    assert ["ordering=in" in question for question in questions] == [True, False][:asked]
    for question in (*questions, digraph(drawn).source):
        assert ("nslimit=1 nslimit1=1" in question) == bool(more)


# --- what rounding leaves ---


@pytest.mark.parametrize("units, shown", [(63, 0.0), (64, 0.0), (65, 130), (-65, -130)])
def test_a_gradient_of_64_units_in_the_last_place_of_its_terms_is_0(units, shown):
    v = Value(1.0, "x") * 2
    y = v * (1 + units * EPSILON) - v * (1 - units * EPSILON)
    y.backward()
    found, _ = figure_of(y)
    first, second = (edge for edge in found.edges if edge.tail == "n2")
    assert first.total == second.total == shown * EPSILON
    assert found.edges[0].gradient == 2 * first.total


def test_what_other_sweeps_gave_is_told_from_rounding():
    def leaf(other):
        x = Value(1.0, "x")
        y = x * 3 + x * -2
        y.backward()
        x.grad += other
        unit = figure_of(y)[0].nodes[0]
        return unit.elsewhere, unit.total == x.grad

    assert leaf(0.0) == (None, True)
    for other in (1e-10, -1e-10, 1e-11):  # of 3, 2, and the 5 that a gradient's terms are large
        assert leaf(other) == (pytest.approx(other, rel=1e-3), True)
    for other in (5e-12, -5e-12):
        assert leaf(other) == (None, True)
    x = Value(1.0, "x")
    y = x * 0.0
    y.backward()
    x.grad += 1e-13  # beside nothing at all
    assert figure_of(y)[0].nodes[0].elsewhere == 1e-13


def test_the_seed_of_a_sweep_is_told_from_rounding():
    def seed(other, *slopes):
        """What began at y, which goes into other outputs that were swept."""
        y = Value(2.0, "x") * 1
        uses = [y * slope for slope in slopes]
        for swept in uses:
            swept.backward()
        y.grad = (y.grad or 0.0) + other
        edges = figure_of([y, *uses])[0].edges
        return next(edge.gradient for edge in edges if edge.id == "eo0")

    assert [seed(0.5), seed(0.0), seed(1e-300)] == [0.5, 0.0, 1e-300]
    assert [seed(0.5, 2.0, -1.0), seed(1.0, 0.0, -1.0)] == [0.5, 1.0]
    assert [seed(1e-11, 2.0, 1.0), seed(1e-12, 2.0, 1.0)] == [pytest.approx(1e-11, rel=1e-3), 0.0]
    assert seed(1e-12, 2.0, -1.0) != 0.0 == seed(5e-13, 2.0, -1.0)


def test_a_tiny_share_is_no_rounding_where_nothing_large_is_added():
    x = Value(1.0, "x")
    with ag.named_scope("part"):
        y = x * 1e-16 + ag.maximum(x, 5.0)
    y.backward()
    assert figure_of(y, True)[0].edges[0].gradient == 1e-16


def test_a_slope_that_does_not_exist_gives_nothing_where_nothing_comes():
    x = Value(0.0, "x")
    y = ag.sqrt(x) * 0.0 + x
    y.backward()
    first, *_ = figure_of(y)[0].edges
    assert (first.head, first.gradient, first.partial) == ("n1", 0.0, None)


# --- lines that end one beside the other, and numbers that are shown once ---


@pytest.mark.parametrize("count, ports", [(2, 0), (3, 3)])
def test_a_sum_has_a_place_for_each_of_three_lines(count, ports):
    x = ag.values([1.0, 2.0, 3.0], "x")[:count]
    y = x[0]
    for i in range(1, 9):
        y = y + x[i % count]
    (sign,) = (item for item in sheet(*figure_of(y, True)).items if item.title == "Σ")
    assert sign.ports == ports and (sign.shape == "circle") == (not ports)


@pytest.mark.parametrize("neurons, once", [(3, 0), (4, 2)])
def test_a_number_that_goes_to_four_neurons_is_shown_once(neurons, once):
    drawn = sheet(*figure_of(scenes.network(2, neurons, 1), True))
    assert sum(link.head is None for link in drawn.links) == once
    numbers = sum(item.shape == "label" for item in drawn.items)
    assert numbers == (2 if once else 2 * neurons) + neurons + 1
