"""Steps cut into functions of a few hundred, and a workspace for what one hands to another.

Invariant: a slot of the workspace is free again after the last chunk that reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograd.program.steps import Guard


@dataclass
class Chunk:
    """Steps of one function, and the guards that are told in it."""

    steps: list[int] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)


@dataclass
class Cut:
    """Chunks, in order; `slot` is where a step lies that a later chunk reads, of so many `slots`.

    `last` is, for each step, the chunk that is the last to read it, -1 if there is none.
    """

    chunks: list[Chunk]
    last: list[int]
    slot: dict[int, int] = field(default_factory=dict)
    slots: int = 0


def cut(
    order: list[int],
    size: int,
    a: Sequence[int],
    b: Sequence[int],
    guards: Sequence[Guard],
    third: dict[int, int] | None = None,
) -> Cut:
    """These steps in chunks of that size; half a chunk more stays in one.

    a, b and `third` are the operands of each step, -1 where there is none.  What is not among the
    steps, as inputs and constants, can be had in every chunk.
    """
    size = size if len(order) > 1.5 * size else max(1, len(order))
    chunks = [Chunk(order[k : k + size]) for k in range(0, len(order), size)] or [Chunk()]
    made = Cut(chunks, [-1] * (len(a) + 1))  # one more is for no operand
    place, last = [0] * len(a), made.last
    third = third or {}
    for c, chunk in enumerate(chunks):
        for i in chunk.steps:
            place[i] = last[a[i]] = last[b[i]] = c
    for i, x in third.items():
        last[x] = max(last[x], place[i])
    for guard in guards:
        c = max(place[guard.a], place[guard.b])
        chunks[c].guards.append(guard)
        for i in (guard.a, guard.b):
            last[i] = max(last[i], c)
    free: list[int] = []
    expiring: list[list[int]] = [[] for _ in chunks]
    for c, chunk in enumerate(chunks):
        for i in chunk.steps:
            if last[i] > c:
                if not free:
                    free.append(made.slots)
                    made.slots += 1
                made.slot[i] = free.pop()
                expiring[last[i]].append(made.slot[i])
        free += expiring[c]
    return made
