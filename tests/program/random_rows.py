"""Random programs over rows: exact ones have the bits of the eager engine, others digits enough.

Run: `python tests/program/random_rows.py [programs] [rows]`; pytest runs a few, in `test_rows.py`.
Not exact, a value may be off by 2 ulp for each step, as far as it counts: by the sum of
|derivative by the step × the step|.  Where that sum is large, terms cancel; the largest errors are
listed of those where it is less than MUCH times the value, once for each step.
"""

import random
import sys

import numpy as np
from mpmath import mp

import autograd as ag
from autograd import Value
from autograd.core.graph import inputs_first

MUCH = 30
UNARY = (ag.sin, ag.cos, ag.tanh, ag.sigmoid, ag.relu, ag.softplus, ag.erf, ag.erfc, abs)
UNARY = (*UNARY, lambda z: ag.exp(-z * z), lambda z: ag.log(1 + z * z), lambda z: 1 / (2 + z * z))


def draw(rng):
    """A function of x and y of some 30 steps, every other one with a branch."""
    chosen = [(rng.choice(UNARY), rng.randrange(3), rng.random() + 0.5) for _ in range(8)]
    branch = rng.random() < 0.5

    def f(x, y):
        values = [x, y, x * y]
        for g, k, c in chosen:
            values = [*values[1:], g(values[k] * c) + values[0]]
        if branch and values[-1] < values[-2]:
            return values[-2] * x
        return values[-1]

    return f


def differing(f, x, y):
    """Rows that differ in a bit from the eager engine, of value or gradient, with exact=True."""
    fast = ag.compile(f)
    value, (by_x, by_y) = fast.map_value_and_grad(x, y, argnums=(0, 1), exact=True)
    eager = [ag.value_and_grad(f, argnums=(0, 1))(*at) for at in zip(x, y, strict=True)]
    found = zip(value.tolist(), by_x.tolist(), by_y.tolist(), strict=True)
    return [i for i, (v, a, b) in enumerate(found) if eager[i] != (v, (a, b))]


def errors(f, x, y, rows):
    """Of so many rows: the error in ulp, the error allowed, and how much cancels."""
    value = ag.compile(f).map(x, y)
    for i in rows:
        at = float(x[i]), float(y[i])
        inputs = [Value(v) for v in at]
        result = f(*inputs)
        result.backward()
        counts = sum(abs((node.grad or 0.0) * node.data) for node in inputs_first(result))
        with mp.workdps(50):
            true = ag.trace(f, *at)(*map(mp.mpf, at))
            error = float(abs(mp.mpf(float(value[i])) - true))
        ulp = float(np.spacing(abs(float(true))))
        yield error / ulp, 2 * counts * 2.0**-52 / ulp, counts / abs(float(true)), at


def main(programs=1000, rows=1000):
    """Try them; tells the worst, and fails where one is not as promised."""
    rng, numbers = random.Random(1), np.random.default_rng(1)
    wrong, worst, cancelled = 0, [], 0
    for n in range(programs):
        f, (x, y) = draw(rng), numbers.normal(size=(2, rows))
        wrong += len(differing(f, x, y))
        for error, allowed, cancels, at in errors(f, x, y, range(0, rows, max(1, rows // 5))):
            assert error <= allowed, (n, at, error, allowed)
            cancelled += cancels > MUCH
            if cancels <= MUCH:
                worst = sorted([*worst, (error, n, at)], reverse=True)[:5]
    print(f"{programs:,} programs over {rows:,} rows: {wrong} rows differ in a bit where exact")
    print(f"not exact, all within 2 ulp a step; digits cancelled at {cancelled}; else the worst:")
    for error, n, at in worst:
        print(f"  {error:.2f} ulp, program {n} at {at}")
    assert not wrong


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
