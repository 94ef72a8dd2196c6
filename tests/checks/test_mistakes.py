"""The figures of the table of wrong derivations: `mistakes.py` tells what they are."""

import re
from collections import Counter

import pytest
from mistakes import derivations, textbook

import autograd as ag

TABLE = list(derivations(each=12, seed=1))


def offered(order, given, only_leaves):
    """The first line of the account, and the slips it offers."""
    for s in () if only_leaves else order:
        s.node.label = s.name
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ag.GradientMismatch) as caught:
        patch.delenv("PYTEST_CURRENT_TEST")
        ag.assert_gradients(order[-1].node, {s.node: g for s, g in given.items()})
    lines = str(caught.value).splitlines()
    assert max(map(len, lines)) <= 100, lines
    return lines[0], [line for line in lines if line.startswith("likely slip:")]


def test_the_table_is_large_enough():
    kinds, graphs = {case[0] for case in TABLE}, {case[2] for case in TABLE}
    assert len(TABLE) >= 900 and len(kinds) >= 45 and len(graphs) >= 40


def test_the_first_wrong_node_and_its_slip_are_named(capsys):
    counts = {True: Counter(), False: Counter()}
    for kind, told, graph, only_leaves, order, given, first in TABLE:
        line, slips = offered(order, given, only_leaves)
        if first is not None:
            assert line.startswith(f"wrong gradient at {first.name}: "), (kind, graph, line)
        right = any(re.search(told, slip) for slip in slips)
        counts[only_leaves]["right" if right else "misled" if slips else "silent"] += 1
    for only_leaves, least in ((False, 0.92), (True, 0.88)):
        found = counts[only_leaves]
        with capsys.disabled():
            print(f"\n{'leaves only' if only_leaves else 'all nodes'}: {dict(found)}")
        assert found["right"] >= least * found.total()
    found = counts[True] + counts[False]
    assert found["misled"] <= 0.01 * found.total() and found["silent"] <= 0.08 * found.total()


def test_right_derivations_are_not_accused():
    checked = 0
    for name in textbook.GRAPHS:
        for digits in (None, 2, 3, 4, 6):
            for rounding in ("at the end", "at each step"):
                for chosen in ("all", "leaves"):
                    order = textbook.written(name)
                    found = _rounded(order, digits, rounding == "at each step")
                    nodes = [s for s in order if chosen == "all" or s.op == "leaf"]
                    if chosen == "leaves" and rounding == "at each step" and digits:
                        continue  # what was rounded on the way is not given
                    hand = {s.node: found[id(s)] for s in nodes}
                    ag.assert_gradients(order[-1].node, hand, digits=digits)
                    checked += len(hand)
    assert checked >= 2000


def _rounded(order, digits, at_each_step):
    def short(x):
        return x if digits is None else float(f"{x:.{digits - 1}e}")

    if not at_each_step:
        return {key: short(x) for key, x in textbook.gradients(order).items()}
    above, found = textbook.uses(order), {}
    for s in order[::-1]:
        shares = [found[id(c)] * c.slopes[i] for c, i in above[id(s)]]
        found[id(s)] = short(1.0 if s is order[-1] else sum(shares))
    return found


def test_two_independent_mistakes_are_both_named():
    named = total = 0
    for name in textbook.GRAPHS:
        order = textbook.written(name)
        right = textbook.gradients(order)
        inner = [s for s in order[:-1] if right[id(s)] and s.op != "leaf"]
        last = [s for s in order[:-1] if right[id(s)] and s.op == "leaf"]
        if not inner:
            continue
        a, b = inner[-1], last[0]
        numbers = textbook.gradients(order, node=a, number=-1.3 * right[id(a)])
        numbers[id(b)] = 1.7 * numbers[id(b)] + 0.1
        for s in order:
            s.node.label = s.name
        with pytest.raises(ag.GradientMismatch) as caught:
            ag.assert_gradients(order[-1].node, {s.node: numbers[id(s)] for s in order})
        lines = str(caught.value).splitlines()
        total += 1
        also = [line for line in lines if line.startswith("also wrong in itself: ")]
        named += lines[0].startswith(f"wrong gradient at {a.name}: ") and also == [
            f"also wrong in itself: {b.name}"
        ]
    assert named == total >= 40
