"""What it costs to record, sweep and release, against other packages: ns per operation.

    python benchmarks/eager.py [--hips PYTHON] [--rounds N]

Each package runs in a process of its own, and all take turns, so that a slow moment of the machine
is shared; the table shows medians of the third run of each turn, in the process's own time.  HIPS
autograd imports under our name: it is measured where PYTHON, of another environment, has it, and on
the network only, as many arguments in a list cost it seconds.  `complex` runs the same program
without derivatives.
"""

import argparse
import gc
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from shutil import ignore_patterns
from types import SimpleNamespace

HERE = Path(__file__).resolve()
PACKAGES = ["complex", "compiled", "plain", "micrograd", "torch", "hips"]


# --- the workloads: (leaves, operations, program); a program gets functions and leaves ---


def network(ops, leaves):
    """The mean hinge loss of a 2-16-16-1 ReLU network over 20 points."""
    take = iter(leaves)
    sizes = [(2, 16), (16, 16), (16, 1)]
    layers = [
        [([next(take) for _ in range(n)], next(take)) for _ in range(size)] for n, size in sizes
    ]
    points = [([next(take), next(take)], next(take)) for _ in range(20)]
    one, minus, share = next(take), next(take), next(take)
    total = None
    for row, target in points:
        for k, layer in enumerate(layers):
            out = []
            for weights, bias in layer:
                s = bias
                for w, x in zip(weights, row, strict=True):
                    s = s + w * x
                out.append(s if k == 2 else ops.relu(s))
            row = out
        loss = ops.relu(one + minus * (target * row[0]))
        total = loss if total is None else total + loss
    return total * share


def chain(ops, leaves):
    y = leaves[0]
    for x in leaves[1:]:
        y = y * x + x
    return y


def wide_sum(ops, leaves):
    return ops.sum(leaves)


def each(name):
    def program(ops, leaves):
        function = getattr(ops, name)
        y = leaves[0]
        for x in leaves:
            y = y + function(x)
        return y

    return program


def softmax(ops, leaves):
    y = leaves[0]
    for i in range(0, len(leaves), 10):
        for z in ops.softmax(leaves[i : i + 10]):
            y = y + z
    return y


def inputs_of_network(n):
    draw = random.Random(1).uniform
    numbers = [draw(-1, 1) for _ in range(337)]
    for _ in range(20):
        numbers += [draw(-1, 1), draw(-1, 1), 1.0 if draw(-1, 1) > 0 else -1.0]
    return [*numbers, 1.0, -1.0, 1 / 20]


def spread(n):
    return [4 * i / n - 2 + 0.5 / n for i in range(n)]


WORKLOADS = {  # name: numbers of the leaves, what one operation is, how many, the program
    "network": (inputs_of_network(0), "node", 12_880, network),
    "chain": ([0.5] * 1001, "node", 2000, chain),
    "wide sum": (spread(2001), "node", 2000, wide_sum),
    **{
        name: (spread(1000), "call", 1000, each(name))
        for name in ("relu", "leaky_relu", "prelu", "relu6", "tanh", "sigmoid", "identity")
    },
    "softmax of 10": (spread(1000), "call", 100, softmax),
}


# --- the packages: how each makes a leaf, which functions it has, how it sweeps ---


def load(package):
    """(version, leaf, functions, sweep); functions that a package lacks are left out."""
    if package == "complex":
        ops = SimpleNamespace(relu=lambda z: z if z.real > 0 else 0j, sum=sum)
        return sys.version.split()[0], complex, ops, lambda y: None
    if package in ("compiled", "plain"):
        import autograd as ag

        if (package == "compiled") is not ag.compiled:
            raise ImportError(f"no {package} build here")
        ops = SimpleNamespace(**{name: getattr(ag, name) for name in ag.__all__})
        ops.relu = ag.Value.relu
        ops.prelu = lambda x: ag.prelu(x, 0.25)
        return "here", ag.Value, ops, ag.Value.backward
    if package == "micrograd":
        from micrograd.engine import Value

        return "", Value, SimpleNamespace(relu=Value.relu, sum=sum), Value.backward
    if package == "torch":
        import torch
        from torch.nn import functional as F

        torch.set_num_threads(1)
        slope = torch.tensor(0.25, dtype=torch.float64)
        ops = SimpleNamespace(
            relu=torch.relu,
            tanh=torch.tanh,
            sigmoid=torch.sigmoid,
            leaky_relu=F.leaky_relu,
            relu6=F.relu6,
            prelu=lambda x: torch.where(x > 0, x, slope * x),
            identity=torch.nn.Identity(),
            sum=lambda xs: torch.stack(xs).sum(),
            softmax=lambda xs: torch.softmax(torch.stack(xs), 0),
        )

        def leaf(x):
            return torch.tensor(x, dtype=torch.float64, requires_grad=True)

        return torch.__version__, leaf, ops, lambda y: y.backward()
    import autograd.numpy as np  # HIPS

    ops = SimpleNamespace(relu=lambda x: np.maximum(x, 0.0))
    return "", None, ops, None


def work(package):
    """Answer each name of a workload on stdin with the seconds that it took, null if it cannot."""
    version, leaf, ops, sweep = load(package)
    if package == "hips":
        from autograd import value_and_grad
    print(json.dumps(version), flush=True)
    for line in sys.stdin:
        numbers, _, _, program = WORKLOADS[line.strip()]
        leaves = None if leaf is None else [leaf(x) for x in numbers]
        try:
            if leaves is None and program is not network:
                raise AttributeError
            for _ in range(3):  # the last one counts: what ran in between has emptied the caches
                start = time.process_time()
                if leaves is None:
                    value_and_grad(lambda xs: program(ops, xs))(numbers)  # noqa: B023
                else:
                    y = program(ops, leaves)
                    sweep(y)
                    del y
                seconds = time.process_time() - start
            print(seconds, flush=True)
        except (AttributeError, RecursionError):  # no such function; too deep for it
            print("null", flush=True)


def deep(package):
    """Bytes per node, and ns per node for 100,000 and for many nodes: record, sweep, release."""
    _, leaf, _, sweep = load(package)
    many = 10_000_000 if package == "compiled" else 1_000_000
    one = leaf(1.0)

    def run(length):
        start = time.process_time()
        y = one
        for _ in range(length):
            y = y * one
        size = resident()
        sweep(y)
        del y
        return (time.process_time() - start) / length * 1e9, size

    few = [run(100_000)[0] for _ in range(7)]
    gc.collect()
    before = resident()
    first, size = run(many)
    times = [first, run(many)[0], run(many)[0]]
    print(json.dumps([many, (size - before) / many, statistics.median(few), *times]))


def resident():
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# --- the table ---


def start(package, folders, job="work"):
    """A process that does the job for a package, found in the folder given for it."""
    python = folders["hips"] if package == "hips" else sys.executable
    path = [str(HERE.parent), *([] if package == "hips" else [folders[package]])]
    code = f"import sys; sys.path[:0] = {path}; import eager; eager.{job}({package!r})"
    return subprocess.Popen(
        [python, "-P", "-c", code],
        env={name: text for name, text in os.environ.items() if name != "PYTHONPATH"},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--hips", metavar="PYTHON", help="a Python that has HIPS autograd")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    here = HERE.parent.parent
    with tempfile.TemporaryDirectory() as sources:  # the plain build: our files less machine code
        shutil.copytree(here / "autograd", f"{sources}/autograd", ignore=ignore_patterns("*.so"))
        folders = dict.fromkeys(PACKAGES, str(here)) | {"plain": sources, "hips": options.hips}
        compare(folders, options.rounds)


def compare(folders, rounds):
    workers = {}
    for package in PACKAGES:
        if folders[package]:
            worker = start(package, folders)
            if worker.stdout.readline():
                workers[package] = worker
    print(f"{'ns per operation':24}" + "".join(f"{name:>12}" for name in workers))
    for name, (_, unit, count, _) in WORKLOADS.items():
        times = {package: [] for package in workers}
        for turn in range(rounds + 1):
            for package, worker in workers.items():
                worker.stdin.write(name + "\n")
                worker.stdin.flush()
                seconds = json.loads(worker.stdout.readline())
                if turn and seconds is not None:  # the first turn warms up
                    times[package].append(seconds / count * 1e9)
        medians = {package: statistics.median(t) if t else None for package, t in times.items()}
        cells = ["-" if m is None else f"{m:,.0f}" for m in medians.values()]
        print(f"{name + ', per ' + unit:24}" + "".join(f"{cell:>12}" for cell in cells))
        if name == "network":
            compiled, plain = medians.get("compiled"), medians.get("plain")
            if compiled:
                print(f"    compiled over complex: {compiled / medians['complex']:.2f}")
            if plain and medians.get("micrograd"):
                print(f"    micrograd over plain:  {medians['micrograd'] / plain:.1f}")
    for worker in workers.values():
        worker.communicate()
    for package in ("compiled", "plain"):
        if package in workers and sys.platform == "linux":
            out, _ = start(package, folders, "deep").communicate()
            many, size, few, *times = json.loads(out)
            first, again = times[0], statistics.median(times[1:])
            print(
                f"{package}: {size:.0f} bytes a node; {few:.0f} ns a node for 100,000 nodes; for "
                f"{many:,} {first:.0f} on fresh memory ({first / few:.2f} x), then {again:.0f} "
                f"({again / few:.2f} x)"
            )


if __name__ == "__main__":
    main()
