"""Wrong gradients, caught or passed: `gradcheck` here, in PyTorch, and `check_grads` in JAX.

Each case is one function with one wrong derivative, registered as the backward rule in each of the
three, in double precision and with each tool's own tolerances.  Ours must catch everything that
another catches; the last rows are right derivatives, which all must pass, and kinks.

    python benchmarks/gradcheck.py
"""

import math
import sys

import autograd as ag
from autograd.core.primitives import Primitive

SIGMOID = 1 / (1 + math.exp(-0.8))
CASES = [  # what is wrong, function of (x, the module of functions), its rule, the points
    ("x²: x", lambda x, m: x * x, lambda x: x, [3.0, -0.5, 1e-4]),
    ("x²: 3x", lambda x, m: x * x, lambda x: 3 * x, [3.0, 1e4]),
    ("x³: 3x", lambda x, m: x * x * x, lambda x: 3 * x, [0.7, 2.0]),
    ("exp: 1", lambda x, m: m.exp(x), lambda x: 1.0, [0.3, -3.0, 5.0]),
    ("exp: x", lambda x, m: m.exp(x), lambda x: x, [0.3, -2.0]),
    ("log: x", lambda x, m: m.log(x), lambda x: x, [0.4, 3.0]),
    ("log: 1/log x", lambda x, m: m.log(x), lambda x: 1 / math.log(x), [0.4, 3.0]),
    ("1/x: +1/x²", lambda x, m: 1 / x, lambda x: 1 / x**2, [0.5, -2.0, 50.0]),
    ("1/x: -1/x", lambda x, m: 1 / x, lambda x: -1 / x, [0.5, 3.0]),
    ("sin: -cos", lambda x, m: m.sin(x), lambda x: -math.cos(x), [0.2, 2.0]),
    ("sin: sin", lambda x, m: m.sin(x), math.sin, [0.2, 1.0]),
    ("cos: sin", lambda x, m: m.cos(x), math.sin, [0.2, 2.0]),
    ("tanh: y(1-y)", lambda x, m: m.tanh(x), lambda x: math.tanh(x) * (1 - math.tanh(x)), [0.6]),
    ("tanh: 1-x²", lambda x, m: m.tanh(x), lambda x: 1 - x * x, [0.6, 0.1]),
    ("tanh: 1+y²", lambda x, m: m.tanh(x), lambda x: 1 + math.tanh(x) ** 2, [0.6, -1.0]),
    ("sigmoid: y", lambda x, m: 1 / (1 + m.exp(-x)), lambda x: SIGMOID, [0.8]),
    ("sigmoid: 1-y²", lambda x, m: 1 / (1 + m.exp(-x)), lambda x: 1 - SIGMOID**2, [0.8]),
    ("sqrt: 1/√x", lambda x, m: m.sqrt(x), lambda x: x**-0.5, [0.3, 4.0, 1e4]),
    ("sqrt: 1/(2x)", lambda x, m: m.sqrt(x), lambda x: 0.5 / x, [0.3, 4.0]),
    ("off by 1 %", lambda x, m: m.sin(x), lambda x: 1.01 * math.cos(x), [0.2, 1.0]),
    ("off by 1e-4", lambda x, m: m.exp(x), lambda x: 1.0001 * math.exp(x), [0.2, 1.0]),
    ("off by 1e-6", lambda x, m: m.exp(x), lambda x: 1.000001 * math.exp(x), [0.2, 1.0]),
    ("plus 1e-7", lambda x, m: m.sin(x), lambda x: math.cos(x) + 1e-7, [0.2, 1.0]),
    ("small: 2 for 1", lambda x, m: 1e-6 * m.sin(x), lambda x: 2e-6 * math.cos(x), [0.2]),
    ("zero", lambda x, m: m.exp(x), lambda x: 0.0, [0.2, -8.0, -15.0]),
    ("|x|: 0", lambda x, m: abs(x), lambda x: 0.0, [0.5, -0.5, 1e-3]),
]
RIGHT = [
    ("right: x²", lambda x, m: x * x, lambda x: 2 * x, [3.0, 1e-4, 1e4]),
    ("right: exp", lambda x, m: m.exp(x), math.exp, [0.3, 12.0, 200.0]),
    ("right: log", lambda x, m: m.log(x), lambda x: 1 / x, [1e-5, 3.0, 1e8]),
    ("right: sin", lambda x, m: m.sin(x), math.cos, [0.2, 1e4]),
    ("right: 1/x", lambda x, m: 1 / x, lambda x: -1 / x**2, [1e-3, 2.0]),
    ("kink: |x| at 0", lambda x, m: abs(x), lambda x: 0.0, [0.0]),
]


def ours(f, rule, x):
    wrong = Primitive("f", "f", lambda x: float(f(x, math)), lambda x, y: rule(x))
    try:
        return ag.gradcheck(wrong, x).rows[0].verdict
    except ag.GradientMismatch:
        return "caught"


def pytorch(f, rule, x):
    import torch
    from torch.autograd.gradcheck import GradcheckError

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            context.save_for_backward(x)
            return f(x, torch)

        @staticmethod
        def backward(context, gradient):
            return gradient * rule(context.saved_tensors[0].item())

    at = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    try:
        return "ok" if torch.autograd.gradcheck(Wrong.apply, (at,)) else "caught"
    except GradcheckError:
        return "caught"


def jax(f, rule, x):
    import jax
    import jax.numpy
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)
    wrong = jax.custom_vjp(lambda x: jax.numpy.asarray(f(x, jax.numpy)))
    wrong.defvjp(
        lambda x: (f(x, jax.numpy), x), lambda x, g: (g * jax.numpy.asarray(rule(float(x))),)
    )
    try:
        check_grads(wrong, (jax.numpy.asarray(x),), order=1, modes=["rev"])
    except AssertionError:
        return "caught"
    return "ok"


def main():
    tools = {"autograd": ours, "PyTorch": pytorch, "JAX": jax}
    print(f"{'case':<16}{'at':>8}", *(f"{name:>9}" for name in tools))
    missed, caught = [], dict.fromkeys(tools, 0)
    for what, f, rule, points in CASES + RIGHT:
        for x in points:
            found = {name: check(f, rule, x) for name, check in tools.items()}
            print(f"{what:<16}{x:>8g}", *(f"{verdict:>9}" for verdict in found.values()))
            if (what, f, rule, points) in CASES:
                for name, verdict in found.items():
                    caught[name] += verdict == "caught"
                if found["autograd"] != "caught" and "caught" in found.values():
                    missed.append((what, x))
            elif found["autograd"] == "caught":
                missed.append((what, x))
    total = sum(len(points) for *_, points in CASES)
    print(f"\nof {total} wrong gradients caught:", caught)
    sys.exit(f"not as it should be: {missed}" if missed else 0)


if __name__ == "__main__":
    main()
