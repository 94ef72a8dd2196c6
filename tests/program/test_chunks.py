"""Steps in chunks: each once and in order, and what a chunk reads of another is still there."""

import random

import pytest

from autograd.program.chunks import cut
from autograd.program.steps import Guard


def drawn(rng, n):
    """Inputs and n steps of some operands among what comes before, which may be none (-1)."""
    inputs = 3
    a, b, third = [-1] * inputs, [-1] * inputs, {}
    for i in range(inputs, inputs + n):
        a.append(rng.randrange(i))
        b.append(rng.choice([-1, rng.randrange(max(0, i - 4), i)]))
        if rng.random() < 0.2:
            third[i] = rng.randrange(i)
    guards = [Guard("lt", rng.randrange(i), rng.randrange(i), True) for _ in range(3)]
    return [*range(inputs, inputs + n)], a, b, third, guards


@pytest.mark.parametrize("size", [1, 2, 7, 20])
@pytest.mark.parametrize("with_third", [False, True])
def test_what_is_read_of_another_chunk_is_in_its_slot(size, with_third):
    rng = random.Random(size)
    for _ in range(40):
        order, a, b, third, guards = drawn(rng, rng.randrange(1, 70))
        third = third if with_third else {}
        made = cut(order, size, a, b, guards, third or None)
        of = {i: c for c, chunk in enumerate(made.chunks) for i in chunk.steps}
        assert [i for chunk in made.chunks for i in chunk.steps] == order
        lengths = [len(chunk.steps) for chunk in made.chunks]
        if len(order) <= 1.5 * size:
            assert lengths == [len(order)]
        else:
            assert set(lengths[:-1]) == {size} and lengths[-1] <= size
        reads = {i: [x for x in (a[i], b[i], third.get(i, -1)) if x >= 0] for i in order}
        memory, last = {}, dict.fromkeys(range(len(a)), -1)
        for c, chunk in enumerate(made.chunks):
            for i in chunk.steps:
                for x in reads[i]:
                    last[x] = c
                    assert x not in of or of[x] == c or memory[made.slot[x]] == x
                if i in made.slot:
                    memory[made.slot[i]] = i
            for guard in chunk.guards:
                assert c == max(of.get(guard.a, 0), of.get(guard.b, 0))
                for x in (guard.a, guard.b):
                    last[x] = max(last[x], c)
                    assert x not in of or of[x] == c or memory[made.slot[x]] == x
        assert sorted(g for chunk in made.chunks for g in chunk.guards) == sorted(guards)
        assert made.last[: len(a)] == [last[i] for i in range(len(a))]
        kept = [i for i in order if last[i] > of[i]]
        assert set(made.slot) == set(kept)
        used = [sum(of[i] <= c <= last[i] for i in kept) for c in range(len(made.chunks))]
        assert made.slots == max(used)  # no more than are in use at once


def test_no_steps_are_one_chunk():
    made = cut([], 5, [-1], [-1], [Guard("lt", 0, 0, True)])
    assert [chunk.steps for chunk in made.chunks] == [[]]
    assert len(made.chunks[0].guards) == 1 and made.slots == 0
