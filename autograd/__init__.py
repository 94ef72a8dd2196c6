"""Scalar automatic differentiation: a `Value` records, `backward()` sweeps the chain rule."""

import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from autograd import core, functions, losses  # core first: it chooses the build
from autograd.checks.derivation import assert_gradients, grade
from autograd.checks.engine import check_engine
from autograd.checks.gradcheck import GradientMismatch, gradcheck
from autograd.checks.numerical import numerical_gradient
from autograd.checks.primitive import primitive
from autograd.core.context import named_scope, no_grad
from autograd.core.graph import gradients
from autograd.core.nested import assign, data, grads, values
from autograd.core.value import Value, compiled
from autograd.draw import draw
from autograd.files import load, playback, quiz, save, worksheet
from autograd.functions import *
from autograd.losses import *
from autograd.page import explore
from autograd.plot import plot
from autograd.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.words import explain, tree, what_if

__all__ = ["Value", "compiled", "named_scope", "no_grad", "primitive", "values"]
__all__ += ["grad", "gradients", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]
__all__ += ["draw", "explain", "explore", "load", "playback", "plot", "save", "tree", "what_if"]
__all__ += ["GradientMismatch", "assert_gradients", "gradcheck", "numerical_gradient", "worksheet"]
__all__ += ["check_engine", "grade", "quiz"]
__all__ += ["clear_cache", "compile", "trace"]
__all__ += ["assign", "data", "grads", "layers", "nn", "optim"]
__all__ += functions.__all__ + losses.__all__

for _old in ("primitives", "node", "value", "scope"):  # what pickles of version 0.1 name
    _new = _old.replace("scope", "context")
    sys.modules[f"{__name__}.{_old}"] = vars(core)[_new]
vars(core.primitives).update(core.primitives.PRIMITIVES)  # where such pickles look for all of them

TOPICS = {  # of help(autograd): the rooms that the names come from
    "record": "core.value core.context core.nested",
    "compute": "functions losses",
    "differentiate": "core.graph transforms",
    "see": "draw words page plot files",
    "check": "checks",
    "learn": "layers nn optim",
    "replay": "program",
}
LATER = {  # loaded when they are first used: where each is, and its line in the page
    "layers": ("layers", "the layers of the book, with forward and backward"),
    "nn": ("nn", "Neuron, Layer, MLP, networks in the manner of micrograd"),
    "optim": ("optim", "SGD, Adam and the other optimizers, as in torch.optim"),
    "trace": ("program.trace", "a function as a recorded program, in any arithmetic"),
    "compile": ("program.compiled", "a function as a fast program, traced at its first call"),
    "clear_cache": ("program.cache", "forget the machine code that was kept from other runs"),
}
INSTEAD = {  # of what other libraries call it
    "abs": "absolute",
    "max": "maximum",
    "min": "minimum",
    "array": "values",
    "tensor": "Value",
    "Tensor": "Value",
    "Variable": "Value",
    "softmax_with_loss": "softmax_cross_entropy",
    "cross_entropy": "softmax_cross_entropy",
    "binary_cross_entropy_with_logits": "sigmoid_cross_entropy",
    "mse_loss": "mean_squared_error",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "rad2deg": "degrees",
    "deg2rad": "radians",
}


def _page() -> str:
    """The public names by topics, each with the clause that its documentation begins with."""
    topic_of = {room: topic for topic, rooms in TOPICS.items() for room in rooms.split()}
    told = {"compiled": ("core.value", "whether the engine runs as machine code")}
    told |= LATER
    pages = dict.fromkeys(TOPICS, "")
    for name in __all__:
        thing = globals().get(name)
        room, line = told.get(name) or (thing.__module__[len("autograd.") :], thing.__doc__ or "")
        clause = re.split(r"[.:;]\s|\.?\n", f"{line}\n", maxsplit=1)[0]
        topic = topic_of.get(room) or topic_of[room.partition(".")[0]]
        pages[topic] += f"\n    {name:23}{clause}"
    return (__doc__ or "") + "".join(f"\n\n{topic}{page}" for topic, page in pages.items() if page)


__doc__ = _page()
__version__: str | None  # of the installed package; None where it is not installed


def _near(name: str) -> str:
    """The public name that this one is nearly; empty where there is none."""
    if name.startswith("_"):  # what tools ask every module for
        return ""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, __all__, 1, 0.8)), "")


if TYPE_CHECKING:
    from autograd import layers, nn, optim
    from autograd.program.cache import clear_cache
    from autograd.program.compiled import compile
    from autograd.program.trace import trace
else:  # a type checker would take every name for an attribute

    def __dir__() -> list[str]:
        return sorted({*globals(), *LATER})

    def __getattr__(name: str) -> object:
        if name in LATER:
            room = import_module(f"{__name__}.{LATER[name][0]}")
            return globals().setdefault(name, getattr(room, name, room))
        if name != "__version__":
            message = f"module {__name__!r} has no attribute {name!r}"
            ours = INSTEAD.get(name) or _near(name)
            if ours:  # without the module, Python adds no suggestion of its own
                raise AttributeError(f"{message}: write ag.{ours}", name=name)
            raise AttributeError(message, name=name, obj=sys.modules[__name__])
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
