"""One large program replayed: workload 2, the loss of a network over 20 points and its 337 slopes.

Against CasADi (its machine and the C that it generates, by gcc), ddx-ad, JAX and PyTorch in
tensors, and micrograd; then what the gradient and leaves held by closure cost, tiny calls, compile
times over size, and a training step.  Peers run in turn with us, 9 times, each twice before it is
timed; medians.  A peer that is not installed is left out.
Run: `python benchmarks/programs.py [--plot programs.svg]`, best with nothing else running.
"""

import argparse
import ctypes
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

if "--load" not in sys.argv:
    os.environ["AUTOGRAD_CACHE"] = ""  # what is compiled is compiled
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import autograd as ag

SIZES = [(2, 16), (16, 16), (16, 1)]
RNG = random.Random(0)
POINTS = [(RNG.gauss(0, 1), RNG.gauss(0, 1), RNG.choice((-1.0, 1.0))) for _ in range(20)]
WEIGHTS = [RNG.uniform(-1, 1) for _ in range(337)]
RUNS = 9
SLOW = ("micrograd", "autograd, eager", "autograd, Python")  # once each in three runs is enough
Calls = dict[str, Callable[[], Any]]


def loss(w: Any, relu: Any = ag.relu, points: Any = POINTS) -> Any:
    """The mean hinge loss of a 2-16-16-1 network, number by number."""
    terms = []
    for a, b, t in points:
        rest, h = iter(w), [a, b]
        for layer, (inputs, outputs) in enumerate(SIZES):
            rows = [[next(rest) for _ in range(inputs)] for _ in range(outputs)]
            sums = [sum((r * x for r, x in zip(row, h, strict=True)), next(rest)) for row in rows]
            h = [relu(z) for z in sums] if layer < 2 else sums
        terms.append(relu(1.0 - t * h[0]))
    return sum(terms[1:], terms[0]) * (1 / len(points))


def tensors(w: Any, x: Any, t: Any, relu: Any) -> Any:
    """The same in matrices."""
    k, h = 0, x
    for layer, (inputs, outputs) in enumerate(SIZES):
        rows = w[k : k + inputs * outputs].reshape(outputs, inputs)
        k += inputs * outputs
        h = h @ rows.T + w[k : k + outputs]
        k += outputs
        h = relu(h) if layer < 2 else h
    return relu(1.0 - t * h[:, 0]).mean()


def casadi(calls: Calls, seconds: dict[str, float], folder: str) -> None:
    try:
        import casadi as ca
    except ImportError:
        return
    start = time.process_time()
    w = ca.SX.sym("w", 337)
    y = loss([w[i] for i in range(337)], lambda z: ca.fmax(z, 0))
    f = ca.Function("f", [w], [y, ca.gradient(y, w)])
    seconds["CasADi, its machine"] = time.process_time() - start

    def caller(function: Any) -> Callable[[], Any]:
        """A call without the conversion of arguments and results."""
        import numpy as np

        buffer, run = function.buffer()
        x, value, slopes = np.array(WEIGHTS), np.zeros(1), np.zeros(337)
        buffer.set_arg(0, memoryview(x))
        buffer.set_res(0, memoryview(value))
        buffer.set_res(1, memoryview(slopes))
        kept = x, value, slopes, buffer
        return lambda: (run(), kept)[1]

    calls["CasADi, its machine"] = caller(f)
    if shutil.which("gcc"):
        here = os.getcwd()
        os.chdir(folder)
        f.generate("f.c")
        os.chdir(here)
        start = os.times()
        command = ["gcc", "-O2", "-shared", "-fPIC", f"{folder}/f.c", "-o", f"{folder}/f.so"]
        subprocess.run(command, check=True)
        seconds["CasADi, C by gcc -O2"] = os.times().children_user - start.children_user
        calls["CasADi, C by gcc -O2"] = caller(ca.external("f", f"{folder}/f.so"))


def ddx(calls: Calls, seconds: dict[str, float]) -> None:
    try:
        import ddx
    except ImportError:
        return
    start = time.process_time()

    def model() -> Any:
        return loss([ddx.var(f"w{i}") for i in range(337)], lambda z: ddx.max(z, 0.0))

    f = ddx.equation(model)
    f.compile()
    seconds["ddx-ad, machine code"] = time.process_time() - start
    calls["ddx-ad, machine code"] = lambda: f.jacobian(WEIGHTS)


def libraries(calls: Calls, seconds: dict[str, float]) -> None:
    import numpy as np

    x = np.array([p[:2] for p in POINTS])
    t = np.array([p[2] for p in POINTS])
    try:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        step = jax.jit(jax.value_and_grad(lambda *xs: tensors(*xs, relu=jax.nn.relu)))
        given = [jnp.array(a) for a in (WEIGHTS, x, t)]
        start = time.perf_counter()
        jax.block_until_ready(step(*given))
        seconds["JAX, tensors"] = time.perf_counter() - start
        calls["JAX, tensors"] = lambda: jax.block_until_ready(step(*given))
    except ImportError:
        pass
    try:
        import torch

        torch.set_num_threads(1)
        w = torch.tensor(WEIGHTS, dtype=torch.float64, requires_grad=True)
        tx, tt = torch.tensor(x), torch.tensor(t)

        def theirs() -> Any:
            y = tensors(w, tx, tt, torch.relu)
            return y, torch.autograd.grad(y, w)

        calls["PyTorch, tensors"] = theirs
    except ImportError:
        pass
    try:
        from micrograd.engine import Value

        def recorded() -> Any:
            w = [Value(v) for v in WEIGHTS]
            y = loss(w, lambda z: z.relu())
            y.backward()
            return y.data, [v.grad for v in w]

        calls["micrograd"] = recorded
    except ImportError:
        pass


def medians(calls: Calls, repeat: int = 1) -> dict[str, float]:
    """Seconds a call, in turn; what a call needs is in the caches, as where it is called often."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for run in range(RUNS + 1):
        for name, call in calls.items():
            count = repeat
            if name.startswith(SLOW):
                if run > 3:
                    continue
                count = 1
            else:
                call(), call()
            start = time.perf_counter()
            for _ in range(count):
                call()
            if run:
                times[name].append((time.perf_counter() - start) / count)
    return {name: statistics.median(taken) for name, taken in times.items()}


def replay(folder: str) -> dict[str, float]:
    """Workload 2: a table, and the times of those in it."""
    import numpy as np

    from autograd.program.native import Native
    from autograd.program.trace import traced

    pointers = ctypes.c_void_p, ctypes.c_void_p
    start = time.process_time()
    steps = traced(loss, [WEIGHTS]).steps(list(range(337)))
    run = Native(steps).code.function("program", *pointers)
    compiled = time.process_time() - start
    x, y = np.array(WEIGHTS), np.zeros(338)
    value, slopes = ag.value_and_grad(loss)(WEIGHTS)
    at = x.ctypes.data, y.ctypes.data
    assert run(*at) == 0
    assert y.tolist() == [value, *slopes], "the bits of the eager engine"
    fast, python = ag.compile(loss), ag.compile(loss, backend="python")
    calls: Calls = {
        "autograd, machine code": lambda: run(*at),
        "autograd, called with a list": lambda: fast.value_and_grad(WEIGHTS),
        "autograd, Python": lambda: python.value_and_grad(WEIGHTS),
        "autograd, eager": lambda: ag.value_and_grad(loss)(WEIGHTS),
    }
    seconds = {"autograd, machine code": compiled}
    casadi(calls, seconds, folder)
    ddx(calls, seconds)
    libraries(calls, seconds)
    found = medians(calls, 50)
    other = found.get("CasADi, C by gcc -O2")
    print(f"workload 2: {len(steps):,} steps, the check for finite numbers on")
    print(f"{'':30s} {'µs':>10s} {'× C':>8s} {'made in s':>10s}")
    for name, taken in found.items():
        ratio = f"{taken / other:8.3g}" if other else ""
        made = f"{seconds[name]:10.3g}" if name in seconds else ""
        print(f"{name:30s} {1e6 * taken:10.1f} {ratio:>8s} {made:>10s}")
    alone = Native(traced(loss, [WEIGHTS]).steps()).code.function("program", *pointers)
    pair = medians({"both": lambda: run(*at), "value": lambda: alone(*at)}, 50)
    print(f"value and gradient over value: {pair['both'] / pair['value']:.2f} (bar 3.3)")
    leaves = [ag.Value(w) for w in WEIGHTS]
    held = ag.compile(lambda: loss(leaves))
    print(f"the same by leaves that are held, value: {1e6 * medians({'': held}, 50)['']:.1f} µs")
    return found


def tiny() -> None:
    """Nanoseconds of calls of x*y + sin(x), less those of calling nothing."""

    def f(x: Any, y: Any) -> Any:
        return x * y + ag.sin(x)

    fast = ag.compile(f)
    calls: Calls = {
        "nothing": lambda: None,
        "the value (bar 60)": lambda: fast(0.5, 1.5),
        "with its gradient (bar 150)": lambda: fast.value_and_grad(0.5, 1.5, argnums=(0, 1)),
        "Python's own x*y + math.sin(x)": lambda: 0.5 * X[1] + math.sin(X[0]),
    }
    for call in calls.values():
        call()
    found = medians(calls, 5_000)
    print("\ntiny calls, ns")
    for name, taken in found.items():
        if name != "nothing":
            print(f"{name:34s} {1e9 * (taken - found['nothing']):6.0f}")


X = [0.5, 1.5]


def steps_over(count: int) -> Any:
    """The steps of the loss over so many points and its 337 slopes."""
    from autograd.program.trace import traced

    def f(w: Any) -> Any:
        return loss(w, points=POINTS[:count])

    return traced(f, [WEIGHTS]).steps(list(range(337)))


def sizes() -> None:
    """From a function to machine code, and from the cache by a new process, in CPU seconds."""
    from autograd.program import cache
    from autograd.program.native import Native

    print("\nfrom f to machine code, CPU ms; steps at hand, from the cache by a new process")
    print("    steps    made  first load   again, best of 15")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AUTOGRAD_CACHE"] = folder
        cache.folder.cache_clear()
        for count in (1, 5, len(POINTS)):
            start = time.process_time()
            steps = steps_over(count)
            Native(steps)
            made = time.process_time() - start
            command = [sys.executable, __file__, "--load", str(count)]
            taken = [
                [*map(float, subprocess.check_output(command, env=os.environ).split())]
                for _ in range(5)
            ]
            first, again = map(statistics.median, zip(*taken, strict=True))
            print(f"{len(steps):9,d} {1e3 * made:7.0f} {1e3 * first:11.1f} {1e3 * again:11.1f}")


def load(count: int) -> None:
    """Load a program that is in the cache: CPU seconds of the first time, and of the best one.

    Counted is all that comes between steps and a function that can be called, LLVM's own beginning
    too, but not the import of llvmlite.
    """
    import llvmlite.binding  # noqa: F401

    from autograd.program.native import Native

    steps, taken = steps_over(count), []
    for _ in range(15):
        start = time.process_time()
        Native(steps)
        taken.append(time.process_time() - start)
    print(taken[0], min(taken))


def training() -> None:
    """A step of full-batch descent on 100 points of two moons, network 2-16-16-1."""
    try:
        from micrograd.engine import Value as Theirs
        from micrograd.nn import MLP as TheirMLP
    except ImportError:
        return
    import numpy as np

    angles = np.linspace(0, np.pi, 50)
    upper = np.column_stack([np.cos(angles), np.sin(angles)])
    rows = np.concatenate([upper, [1.0, 0.5] - upper])
    targets = np.repeat([1.0, -1.0], 50)
    theirs = TheirMLP(2, [16, 16, 1])

    def recorded() -> None:
        points = zip(rows.tolist(), targets.tolist(), strict=True)
        terms = [(1 + -t * theirs([*map(Theirs, x)])).relu() for x, t in points]
        total = sum(terms) * (1 / len(terms))
        theirs.zero_grad()
        total.backward()
        for p in theirs.parameters():
            p.data -= 0.1 * p.grad

    f = ag.compile(lambda w, x, t: loss(w, points=[(x[0], x[1], t)]))
    weights = np.array(WEIGHTS)

    def ours() -> None:
        _, slopes = f.map_value_and_grad(
            weights, rows, targets, in_axes=(None, 0, 0), reduce="mean"
        )
        weights[:] -= 0.1 * slopes

    points = [(*x, t) for x, t in zip(rows.tolist(), targets.tolist(), strict=True)]
    whole = ag.compile(lambda w: loss(w, points=points))
    w = list(WEIGHTS)

    def in_one() -> None:
        _, slopes = whole.value_and_grad(w)
        w[:] = [x - 0.1 * slope for x, slope in zip(w, slopes, strict=True)]

    calls = {"micrograd": recorded, "row by row": ours, "all rows in one program": in_one}
    found = medians(calls, 50)
    print(f"\na training step on two moons, 100 points; {whole!r}")
    for name, taken in found.items():
        faster = found["micrograd"] / taken
        print(f"{name:24s} {1e6 * taken:9.0f} µs  {faster:8,.0f} x as fast (bar 10,000)")


def plot(found: dict[str, float], path: str) -> None:
    """Microseconds as bars, ours in another colour."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 0.35 * len(found) + 1), layout="constrained")
    names = sorted(found, key=found.__getitem__)
    for i, name in enumerate(names):
        ours = name.startswith("autograd")
        axes.barh(i, 1e6 * found[name], color="#4c72b0" if ours else "#c8ccd4")
        axes.text(1.05e6 * found[name], i, f"{1e6 * found[name]:.3g}", va="center", fontsize=8)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel="µs: the loss of a network over 20 points and its 337 slopes")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plot", help="where a picture of it is saved")
    parser.add_argument("--load", type=int, help=argparse.SUPPRESS)  # what `sizes` calls
    arguments = parser.parse_args()
    if arguments.load:
        return load(arguments.load)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory() as folder:
        found = replay(folder)
    tiny()
    sizes()
    training()
    if arguments.plot:
        plot(found, arguments.plot)
    other = found.get("CasADi, C by gcc -O2", math.inf)
    sys.exit(found["autograd, machine code"] > 0.85 * other)


if __name__ == "__main__":
    main()
