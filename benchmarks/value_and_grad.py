"""What a gradient costs: `value_and_grad` against recording the value, for functions of table.py.

Those of at least 50 operations; medians of the ratio over runs side by side.  The bar is 4.
Run: `python benchmarks/value_and_grad.py`.
"""

import statistics
import sys
import time
from typing import Any

from table import SCALAR

import autograd as ag
from autograd.core.node import inputs_first

BAR = 4.0


def seconds(call: Any, repeat: int) -> float:
    start = time.perf_counter()
    for _ in range(repeat):
        call()
    return (time.perf_counter() - start) / repeat


def main() -> None:
    print(f"autograd: {'compiled' if ag.compiled else 'plain Python'}")
    print(f"{'function':28s} operations  record µs  with gradient µs  ratio")
    worst = 0.0
    for name, f, at in SCALAR:

        def record(f: Any = f, at: Any = at) -> Any:
            return f(ag, ag.values(at))

        operations = sum(v.op is not None for v in inputs_first(record()))
        if operations < 50:
            continue
        both = ag.value_and_grad(lambda x, f=f: f(ag, x))
        repeat = max(1, int(0.01 / seconds(record, 3)))
        runs = [
            (seconds(record, repeat), seconds(lambda both=both, at=at: both(at), repeat))
            for _ in range(9)
        ]
        ratio = statistics.median(b / a for a, b in runs)
        worst = max(worst, ratio)
        a, b = (1e6 * statistics.median(column) for column in zip(*runs, strict=True))
        print(f"{name:28s} {operations:10d} {a:10.1f} {b:17.1f} {ratio:6.2f}")
    print(f"worst ratio {worst:.2f}, bar {BAR}")
    sys.exit(worst > BAR)


if __name__ == "__main__":
    main()
