"""Scalar automatic differentiation: a `Value` records, `backward()` sweeps the chain rule."""

import sys
from typing import TYPE_CHECKING

from autograd import functions, layers, losses, nn, optim
from autograd.checks.derivation import assert_gradients
from autograd.checks.gradcheck import GradientMismatch, gradcheck
from autograd.checks.numerical import numerical_gradient
from autograd.core.context import named_scope, no_grad
from autograd.core.graph import gradients
from autograd.core.nested import data, grads, values
from autograd.core.value import Value, compiled
from autograd.draw import draw
from autograd.files import load, save, worksheet
from autograd.functions import *
from autograd.losses import *
from autograd.page import explore
from autograd.plot import plot
from autograd.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.words import explain, tree, what_if

__all__ = ["Value", "compiled", "named_scope", "no_grad", "values"]
__all__ += ["grad", "gradients", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]
__all__ += ["draw", "explain", "explore", "load", "plot", "save", "tree", "what_if"]
__all__ += ["GradientMismatch", "assert_gradients", "gradcheck", "numerical_gradient", "worksheet"]
__all__ += ["data", "grads", "layers", "nn", "optim"]
__all__ += functions.__all__ + losses.__all__


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
