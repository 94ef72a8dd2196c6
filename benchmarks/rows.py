"""Programs over rows against other ways to the same numbers: JAX, PyTorch, ddx, NumPy, C++ by hand.

Each contest is run on one core, alternately, in 9 turns of a call, or of as many as take 10 ms:
medians of the process's own time, so that other work on the machine counts little, in nanoseconds a
row, and our time over theirs.  A peer that is not installed is left out.
Run: `python benchmarks/rows.py [--plot rows.svg]`, best with nothing else running.
"""

import argparse
import ctypes
import datetime
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402

import autograd as ag  # noqa: E402

try:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
except ImportError:
    jax = None
try:
    import torch

    torch.set_num_threads(1)
except ImportError:
    torch = None

try:
    import ddx  # the distribution ddx-ad
except ImportError:
    ddx = None

RNG = np.random.default_rng(0)
Contest = tuple[str, int, dict[str, Callable[[], Any]], dict[str, float]]
RUNS, TURN = 9, 0.01  # seconds


def ready(call: Callable[..., Any], *args: Any) -> Callable[[], Any]:
    """A call of JAX that waits for its result."""
    return lambda: jax.block_until_ready(call(*args))


def black_scholes() -> Contest:
    """The price of an option and its five derivatives, for a million of them."""

    def price(s, k, t, r, v, m=ag, erfc=ag.erfc):  # type: ignore[no-untyped-def]
        root = v * m.sqrt(t)
        d1 = (m.log(s / k) + (r + 0.5 * v * v) * t) / root
        d2 = d1 - root
        half = -1 / math.sqrt(2)
        return s * 0.5 * erfc(d1 * half) - k * m.exp(-r * t) * 0.5 * erfc(d2 * half)

    n = 1_000_000
    bounds = [(50, 150), (50, 150), (0.1, 2), (0, 0.1), (0.1, 0.5)]
    columns = [RNG.uniform(low, high, n) for low, high in bounds]
    by = tuple(range(5))
    fast = ag.compile(price)
    out = np.empty(n), tuple(np.empty(n) for _ in by)

    def ours() -> Any:
        return fast.map_value_and_grad(*columns, argnums=by, workers=1, out=out)

    calls = {"autograd": ours}
    if jax:
        theirs = jax.value_and_grad(
            lambda *xs: price(*xs, m=jnp, erfc=jax.scipy.special.erfc), argnums=by
        )
        calls["JAX"] = ready(jax.jit(jax.vmap(theirs)), *map(jnp.array, columns))
    if ddx:
        equation = ddx.equation(
            lambda: price(*map(ddx.var, "sktrv"), m=ddx, erfc=lambda x: 1.0 - ddx.erf(x))
        )
        calls["ddx"] = by_ddx(equation, np.array(columns))
    calls["NumPy by hand"] = lambda: by_hand(*columns)
    return "Black-Scholes, five derivatives", n, calls, {"JAX": 0.2, "NumPy by hand": 0.2}


def by_ddx(equation: Any, points: Any) -> Callable[[], Any]:
    """Values and Jacobian of all points, the symbols first, by the machine code of ddx."""
    equation.compile()
    return lambda: equation.jacobian(points)


def by_hand(s: Any, k: Any, t: Any, r: Any, v: Any) -> Any:
    """The price and its five derivatives, as a book has them."""
    try:
        from scipy.special import ndtr
    except ImportError:
        ndtr = np.vectorize(lambda x: 0.5 * math.erfc(-x / math.sqrt(2)))
    q = np.sqrt(t)
    d1 = (np.log(s / k) + (r + 0.5 * v * v) * t) / (v * q)
    d2 = d1 - v * q
    n1, n2 = ndtr(d1), ndtr(d2)
    density = np.exp(-0.5 * d1 * d1) / math.sqrt(2 * math.pi)
    paid = k * np.exp(-r * t)
    theta = s * density * v / (2 * q) + r * paid * n2
    return s * n1 - paid * n2, (n1, -paid / k * n2, theta, t * paid * n2, s * density * q)


def logistic() -> Contest:
    """Logistic regression, 10 features and a bias, the mean over half a million rows."""

    def loss(w, x, t):  # type: ignore[no-untyped-def]
        z = w[10]
        for k in range(10):
            z = z + w[k] * x[k]
        return ag.softplus(z) - t * z

    n = 500_000
    w, x, t = RNG.normal(size=11), RNG.normal(size=(n, 10)), (RNG.random(n) > 0.5) * 1.0
    fast = ag.compile(loss)
    calls = {
        "autograd": lambda: fast.map_value_and_grad(
            w, x, t, in_axes=(None, 0, 0), reduce="mean", workers=1
        )
    }
    if jax:

        def matrix(w, x, t):  # type: ignore[no-untyped-def]
            z = x @ w[:10] + w[10]
            return (jax.nn.softplus(z) - t * z).mean()

        calls["JAX, matrix form"] = ready(
            jax.jit(jax.value_and_grad(matrix)), *map(jnp.array, (w, x, t))
        )

    def numpy() -> Any:
        z = x @ w[:10] + w[10]
        p = 1 / (1 + np.exp(-z)) - t
        return (np.logaddexp(0, z) - t * z).mean(), np.append(x.T @ p, p.sum()) / n

    calls["NumPy by hand"] = numpy
    return "logistic regression, summed", n, calls, {"JAX, matrix form": 0.7}


SIZES = [(2, 16), (16, 16), (16, 1)]


def network(w, a, b, t):  # type: ignore[no-untyped-def]
    """The hinge loss of a 2-16-16-1 network at one point."""
    rest, h = iter(w), [a, b]
    for layer, (inputs, outputs) in enumerate(SIZES):
        rows = [[next(rest) for _ in range(inputs)] for _ in range(outputs)]
        new = []
        for row in rows:
            z = next(rest)
            for weight, x in zip(row, h, strict=True):
                z = z + weight * x
            new.append(ag.relu(z) if layer < 2 else z)
        h = new
    return ag.relu(1.0 - t * h[0])


def tensors(w: Any, x: Any, t: Any, relu: Any) -> Any:
    """The mean of the same over all points, in matrices."""
    k, h = 0, x
    for layer, (inputs, outputs) in enumerate(SIZES):
        rows = w[k : k + inputs * outputs].reshape(outputs, inputs)
        k += inputs * outputs
        h = h @ rows.T + w[k : k + outputs]
        k += outputs
        h = relu(h) if layer < 2 else h
    return relu(1.0 - t * h[:, 0]).mean()


def learning(n: int) -> Contest:
    """Workload 1: the loss of a network and its 337 derivatives, the mean over n points."""
    w, x, t = RNG.uniform(-1, 1, 337), RNG.normal(size=(n, 2)), np.sign(RNG.normal(size=n))
    a, b = x[:, 0].copy(), x[:, 1].copy()
    fast = ag.compile(network)

    def ours() -> Any:
        return fast.map_value_and_grad(
            w, a, b, t, in_axes=(None, 0, 0, 0), reduce="mean", workers=1
        )

    calls, bar = {"autograd": ours}, 0.6 if n <= 1_000 else 0.3
    if jax:
        step = jax.jit(jax.value_and_grad(lambda *xs: tensors(*xs, relu=jax.nn.relu)))
        calls["JAX, tensors"] = ready(step, *map(jnp.array, (w, x, t)))
    if torch:
        tw, tx, tt = torch.tensor(w, requires_grad=True), torch.tensor(x), torch.tensor(t)

        def theirs() -> Any:
            y = tensors(tw, tx, tt, torch.relu)
            return y, torch.autograd.grad(y, tw)

        calls["PyTorch, tensors"] = theirs
    return f"network, {n:,} points", n, calls, {"JAX, tensors": bar, "PyTorch, tensors": bar}


def reprojection(z: Any, feature: Any, m: Any = ag, array: Any = np.array) -> Any:
    """Where a camera sees a point, less where it was seen: rotation by Rodrigues, distortion.

    z is the camera (rotation, centre, focal length, principal point, two of distortion), the point
    and the weight.
    """
    d = [z[11 + i] - z[3 + i] for i in range(3)]
    angle = m.sqrt(z[0] * z[0] + z[1] * z[1] + z[2] * z[2])
    c, s, one_by = m.cos(angle), m.sin(angle), 1.0 / angle
    k = [z[i] * one_by for i in range(3)]
    across = [k[i - 2] * d[i - 1] - k[i - 1] * d[i - 2] for i in range(3)]
    along = (k[0] * d[0] + k[1] * d[1] + k[2] * d[2]) * (1.0 - c)
    p = [d[i] * c + across[i] * s + k[i] * along for i in range(3)]
    x, y = p[0] / p[2], p[1] / p[2]
    r = x * x + y * y
    bent = (1.0 + z[9] * r + z[10] * r * r) * z[6]
    return array([z[14] * (x * bent + z[7] - feature[0]), z[14] * (y * bent + z[8] - feature[1])])


def observations(n: int) -> tuple[Any, Any]:
    """Cameras, points and weights, a row of 15 each, and where the points were seen."""
    camera = [0.1, 0.2, 0.3, 0, 0, -5, 500, 320, 240, 0.01, 0.001]
    z = np.hstack([np.array(camera) + 0.1 * RNG.normal(size=(n, 11)), RNG.normal(size=(n, 4))])
    z[:, 14] = 1.0
    return z, 100 * RNG.normal(size=(n, 2))


CPP = r"""
#include <cmath>
// The 2 x 15 Jacobian of a reprojection error, derived by hand: chain rule through p = R d.
extern "C" void jacobians(const double* z, const double* f, double* e, double* J, long n) {
  for (long row = 0; row < n; ++row, z += 15, f += 2, e += 2, J += 30) {
    double d[3], k[3], a[3], p[3];
    for (int i = 0; i < 3; ++i) d[i] = z[11 + i] - z[3 + i];
    double th = std::sqrt(z[0]*z[0] + z[1]*z[1] + z[2]*z[2]), c = std::cos(th), s = std::sin(th);
    for (int i = 0; i < 3; ++i) k[i] = z[i] / th;
    for (int i = 0; i < 3; ++i)
      a[i] = k[(i+1)%3] * d[(i+2)%3] - k[(i+2)%3] * d[(i+1)%3];
    double kd = k[0]*d[0] + k[1]*d[1] + k[2]*d[2];
    for (int i = 0; i < 3; ++i) p[i] = d[i]*c + a[i]*s + k[i]*kd*(1-c);
    double R[3][3], Q[3][3];  // dp/dd and dp/drotation
    for (int i = 0; i < 3; ++i) for (int j = 0; j < 3; ++j)
      R[i][j] = (i==j ? c : 0) + k[i]*k[j]*(1-c);
    R[0][1] -= k[2]*s; R[0][2] += k[1]*s; R[1][0] += k[2]*s;
    R[1][2] -= k[0]*s; R[2][0] -= k[1]*s; R[2][1] += k[0]*s;
    for (int j = 0; j < 3; ++j) for (int i = 0; i < 3; ++i) {
      double dk[3], da = 0, dkd = 0;
      for (int l = 0; l < 3; ++l) { dk[l] = ((l==j) - k[l]*k[j]) / th; dkd += dk[l]*d[l]; }
      da = dk[(i+1)%3] * d[(i+2)%3] - dk[(i+2)%3] * d[(i+1)%3];
      Q[i][j] = -d[i]*s*k[j] + a[i]*c*k[j] + da*s + (dk[i]*kd + k[i]*dkd)*(1-c) + k[i]*kd*s*k[j];
    }
    double x = p[0]/p[2], y = p[1]/p[2], r = x*x + y*y, L = 1 + z[9]*r + z[10]*r*r;
    double Lr = z[9] + 2*z[10]*r, g = z[6]*z[14];
    double xx = L + 2*x*x*Lr, xy = 2*x*y*Lr, yy = L + 2*y*y*Lr;
    double P[2][3] = {{g*xx/p[2], g*xy/p[2], -g*(xx*x + xy*y)/p[2]},
                      {g*xy/p[2], g*yy/p[2], -g*(xy*x + yy*y)/p[2]}};
    double q[2] = {x, y};
    for (int o = 0; o < 2; ++o) {
      double* j = J + 15*o;
      for (int i = 0; i < 3; ++i) {
        j[i] = j[11+i] = 0;
        for (int l = 0; l < 3; ++l) { j[i] += P[o][l]*Q[l][i]; j[11+i] += P[o][l]*R[l][i]; }
        j[3+i] = -j[11+i];
      }
      double seen = q[o]*L*z[6] + z[7+o] - f[o];
      e[o] = z[14]*seen; j[6] = z[14]*q[o]*L; j[7+o] = z[14]; j[8-o] = 0;
      j[9] = g*q[o]*r; j[10] = g*q[o]*r*r; j[14] = seen;
    }
  }
}
"""


FLAGS = {  # of gcc: as performance is compared elsewhere, and all that it has
    "C++, gcc -O3": ["-O3"],
    "C++, -O3 -ffast-math": ["-O3", "-march=native", "-ffast-math"],
}


def by_gcc(folder: str, flags: list[str]) -> Any:
    """The function above, compiled; None without a compiler."""
    library = Path(folder, f"jacobians{''.join(flags)}.so")
    source = library.with_suffix(".cpp")
    source.write_text(CPP)
    command = ["g++", *flags, "-shared", "-fPIC", source, "-o", library]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return ctypes.CDLL(str(library)).jacobians


def bundle(folder: str) -> Contest:
    """Workload 3: a 2 x 15 Jacobian for each of 100,000 observations."""
    n = 100_000
    z, feature = observations(n)
    out = np.empty((n, 2)), np.empty((n, 2, 15))
    fast = ag.compile(reprojection)
    calls = {"autograd": lambda: fast.map_value_and_jacobian(z, feature, out=out, workers=1)}
    if jax:
        one = jax.jacrev(lambda z, f: reprojection(z, f, jnp, jnp.stack))
        calls["JAX, jacrev"] = ready(jax.jit(jax.vmap(one)), jnp.array(z), jnp.array(feature))
    if ddx:

        def residuals() -> Any:
            variables = [ddx.var(f"z{i}") for i in range(15)]
            seen = [ddx.param(f"f{i}") for i in range(2)]
            return reprojection(variables, seen, ddx, tuple)

        calls["ddx"] = by_ddx(ddx.equation(residuals), np.hstack([z, feature]).T.copy())
    for name, flags in FLAGS.items():
        compiled = by_gcc(folder, flags)
        if compiled:
            e, jacobian = np.empty((n, 2)), np.empty((n, 2, 15))
            places = [ctypes.c_void_p(a.ctypes.data) for a in (z, feature, e, jacobian)]
            calls[name] = partial(compiled, *places, ctypes.c_long(n))
            calls["autograd"]()
            calls[name]()
            assert np.allclose(out[1], jacobian, rtol=1e-8), "by hand and by the chain rule"
            calls[name].kept = e, jacobian  # type: ignore[attr-defined]
    return "bundle adjustment", n, calls, {"JAX, jacrev": 1 / 8} | dict.fromkeys(FLAGS, 0.4)


def measured(contests: Iterator[Contest]) -> Iterator[tuple[str, str, float, float, float | None]]:
    """Contest, peer, ns a row, our time over theirs, the bar."""
    for title, rows, calls, bars in contests:
        times: dict[str, list[float]] = {name: [] for name in calls}
        for run in range(RUNS + 1):
            for name, call in calls.items():
                taken, count, start = 0.0, 0, time.process_time()
                while taken < TURN:
                    call()
                    taken, count = time.process_time() - start, count + 1
                if run:
                    times[name].append(taken / count)
        ours = statistics.median(times["autograd"])
        for name, taken in times.items():
            median = statistics.median(taken)
            yield title, name, 1e9 * median / rows, ours / median, bars.get(name)


def machine() -> str:
    """The processor, the system, and the date."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        name = platform.processor()
    return f"{name}, {platform.system()}, {datetime.date.today():%d %B %Y}"


def plot(found: list[Any], path: str) -> None:
    """Nanoseconds a row as bars, ours in another colour."""
    from matplotlib import pyplot

    pyplot.rcParams["svg.fonttype"] = "none"
    contests = list(dict.fromkeys(title for title, *_ in found))
    places = [i + 1.3 * contests.index(title) for i, (title, *_) in enumerate(found)]
    figure, axes = pyplot.subplots(figsize=(8, 0.25 * places[-1] + 1.2), layout="constrained")
    for y, (_, peer, ns, *_) in zip(places, found, strict=True):
        ours = peer == "autograd"
        axes.barh(y, ns, color="#1f4e79" if ours else "#c8ccd4")
        weight = "bold" if ours else "normal"
        axes.text(ns * 1.05, y, f"{float(f'{ns:.3g}'):,g}", va="center", fontsize=9, weight=weight)
    for title in contests:
        y = next(y for y, (of, *_) in zip(places, found, strict=True) if of == title)
        axes.text(1.05, y - 1, title, va="center", fontsize=10, weight="bold")
    axes.set_yticks(places, [peer for _, peer, *_ in found])
    axes.tick_params(axis="y", length=0)
    axes.set(xscale="log", xlim=(1, 3 * max(ns for _, _, ns, *_ in found)))
    axes.set_ylim(places[-1] + 0.8, -1.6)
    axes.set_xlabel(f"nanoseconds a row, one core\n{machine()}")
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plot", help="where a picture of it is saved")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        contests = iter(
            [black_scholes(), logistic(), learning(1_000), learning(100_000), bundle(folder)]
        )
        found = []
        print(f"{'contest':34s} {'by':18s} {'ns a row':>9s} {'ours/theirs':>12s} {'bar':>6s}")
        for title, name, ns, ratio, bar in measured(contests):
            found.append((title, name, ns, ratio, bar))
            told = "" if bar is None else f"{bar:6.3g}"
            print(f"{title:34s} {name:18s} {ns:9.1f} {ratio:12.3f} {told}", flush=True)
    if arguments.plot:
        plot(found, arguments.plot)
    sys.exit(any(bar is not None and ratio > bar for *_, ratio, bar in found))


if __name__ == "__main__":
    main()
