"""Scalar automatic differentiation: a `Value` records, `backward()` sweeps the chain rule."""

import sys
from typing import TYPE_CHECKING

from autograd import layers, nn, optim
from autograd.checks.derivation import assert_gradients
from autograd.checks.gradcheck import GradientMismatch, gradcheck
from autograd.checks.numerical import numerical_gradient
from autograd.core.context import named_scope, no_grad
from autograd.core.graph import gradients
from autograd.core.nested import data, grads, values
from autograd.core.value import Value, compiled
from autograd.draw import draw
from autograd.files import load, save, worksheet
from autograd.functions import (
    absolute,
    affine,
    cos,
    dot,
    elu,
    exp,
    expm1,
    gelu,
    identity,
    leaky_relu,
    log,
    log1p,
    log_softmax,
    logsumexp,
    matmul,
    maximum,
    mean,
    minimum,
    power,
    prelu,
    reciprocal,
    relu,
    relu6,
    sigmoid,
    silu,
    sin,
    softmax,
    softplus,
    sqrt,
    sum,
    tan,
    tanh,
)
from autograd.losses import (
    binary_cross_entropy,
    cross_entropy_error,
    hinge,
    mean_squared_error,
    softmax_cross_entropy,
    sum_of_squares_error,
)
from autograd.page import explore
from autograd.plot import plot
from autograd.transforms import (
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)
from autograd.words import explain, tree, what_if

__all__ = [
    "GradientMismatch",
    "Value",
    "absolute",
    "affine",
    "assert_gradients",
    "binary_cross_entropy",
    "compiled",
    "cos",
    "cross_entropy_error",
    "data",
    "dot",
    "draw",
    "elu",
    "exp",
    "explain",
    "explore",
    "expm1",
    "gelu",
    "grad",
    "gradcheck",
    "gradients",
    "grads",
    "hessian",
    "hinge",
    "hvp",
    "identity",
    "jacobian",
    "jvp",
    "layers",
    "leaky_relu",
    "load",
    "log",
    "log1p",
    "log_softmax",
    "logsumexp",
    "matmul",
    "maximum",
    "mean",
    "mean_squared_error",
    "minimum",
    "named_scope",
    "nn",
    "no_grad",
    "numerical_gradient",
    "optim",
    "plot",
    "power",
    "prelu",
    "reciprocal",
    "relu",
    "relu6",
    "save",
    "sigmoid",
    "silu",
    "sin",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "sqrt",
    "sum",
    "sum_of_squares_error",
    "tan",
    "tanh",
    "tree",
    "value_and_grad",
    "values",
    "vjp",
    "what_if",
    "worksheet",
]


for _name, _module in (
    *(("primitives", "primitives"), ("node", "node")),
    *(("value", "value"), ("scope", "context")),
):  # what pickles of version 0.1 name
    sys.modules[f"{__name__}.{_name}"] = sys.modules[f"{__name__}.core.{_module}"]

__version__: str | None  # of the installed package; None where it is not installed

if not TYPE_CHECKING:  # a type checker would take every name for an attribute

    def __getattr__(name: str) -> object:
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import metadata

        try:
            return metadata.version("scalar-autograd")
        except metadata.PackageNotFoundError:
            return None


def load_ipython_extension(shell: object) -> None:
    """`%load_ext autograd`: in IPython, variables' names become labels."""
    from autograd.shell import repl

    repl.load(shell, {"ag": sys.modules[__name__], "Value": Value})


def unload_ipython_extension(shell: object) -> None:
    """`%unload_ext autograd`."""
    from autograd.shell import repl

    repl.unload(shell)
