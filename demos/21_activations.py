"""Every activation and its derivative, in one figure.

Needs `pip install matplotlib`.
Run `python demos/21_activations.py FOLDER`;
activations.png is written there.
"""

import sys
from pathlib import Path
from typing import Any

import autograd as ag


def softmax(x: Any) -> Any:
    """The first of three probabilities, where the other two scores are 0."""
    return ag.softmax([x, 0.0, 0.0])[0]


def leaky_relu(x: Any) -> Any:
    """With the slope of the textbook's figure."""
    return ag.leaky_relu(x, slope=0.1)


def prelu(x: Any) -> Any:
    """With a slope as it might be learned."""
    return ag.prelu(x, 0.25)


ACTIVATIONS = [
    *(ag.identity, ag.relu, leaky_relu, prelu, ag.relu6, ag.elu),
    *(ag.sigmoid, ag.tanh, ag.softplus, ag.gelu, ag.silu, softmax),
]


def main(folder: str = ".") -> Any:
    """Draw all activations; the figure comes back."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise SystemExit("this demo needs: pip install matplotlib") from None

    figure = Figure(figsize=(14, 9), layout="constrained")
    for function, axes in zip(ACTIVATIONS, figure.subplots(3, 4).flat, strict=True):
        ag.plot(function, -8.0, 8.0, axes=axes)
    path = Path(folder) / "activations.png"
    figure.savefig(path)
    print(f"{len(ACTIVATIONS)} activations and their derivatives: {path}")
    return figure


if __name__ == "__main__":
    main(*sys.argv[1:])
