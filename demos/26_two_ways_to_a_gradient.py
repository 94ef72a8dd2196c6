"""Numerical differentiation against backpropagation: the same gradient, at what price?

Central differences need two forward passes for each parameter; one sweep serves them all.  Networks
of 2-n-n-1 are measured, with n from 1 to 16: calls, seconds, and how far the two are apart.
Needs `pip install matplotlib`.
Run `python demos/26_two_ways_to_a_gradient.py FOLDER`; the table is printed, the plot written.
"""

import random
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import autograd as ag

POINT, TARGET = [0.5, -1.5], 0.7


def numerical_gradient(f: Callable[[], float], params: list[ag.Value], h: float) -> list[float]:
    """(f(p + h) - f(p - h)) / 2h for each parameter, as in the book."""
    gradient = []
    for p in params:
        at = p.data
        p.data = at + h
        above = f()
        p.data = at - h
        below = f()
        p.data = at
        gradient.append((above - below) / (2.0 * h))
    return gradient


def compare(n: int) -> dict[str, Any]:
    """Both gradients of the squared error of a network of 2-n-n-1."""
    model = ag.nn.MLP(2, [n, n, 1], activation="tanh", init="xavier", rng=random.Random(n))
    params = model.parameters()
    calls = 0

    def loss() -> Any:
        nonlocal calls
        calls += 1
        return ag.sum_of_squares_error([model(POINT)], [TARGET])

    @ag.no_grad()
    def number() -> float:
        return loss().data

    start = perf_counter()
    numerical = numerical_gradient(number, params, h=1e-5)
    half = perf_counter()
    numerical_calls, calls = calls, 0
    loss().backward()
    end = perf_counter()
    return {
        "parameters": len(params),
        "numerical_calls": numerical_calls,
        "numerical_seconds": half - start,
        "calls": calls,
        "seconds": end - half,
        "difference": max(abs(a - p.grad) for a, p in zip(numerical, params, strict=True)),
    }


def main(folder: str = ".", sizes: tuple[int, ...] = (1, 2, 4, 8, 16)) -> list[dict[str, Any]]:
    """Measure networks of these sizes; a row for each comes back."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise SystemExit("this demo needs: pip install matplotlib") from None

    rows = [compare(n) for n in sizes]
    print("                numerical differentiation    backpropagation")
    print("parameters         calls          seconds    calls   seconds    difference")
    for r in rows:
        print(
            f"{r['parameters']:10} {r['numerical_calls']:13} {r['numerical_seconds']:16.6f} "
            f"{r['calls']:8} {r['seconds']:9.6f} {r['difference']:13.1e}"
        )
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    counts = [r["parameters"] for r in rows]
    for key, name, colour in (
        ("numerical_seconds", "numerical differentiation", "#c0392b"),
        ("seconds", "backpropagation", "#1f4e79"),
    ):
        axes.loglog(counts, [r[key] for r in rows], "o-", color=colour, label=name)
    axes.set_xlabel("parameters")
    axes.set_ylabel("seconds for the whole gradient")
    axes.legend()
    figure.savefig(Path(folder) / "two_ways_to_a_gradient.png")
    return rows


if __name__ == "__main__":
    main(*sys.argv[1:])
