"""The book's three-layer network, 2-3-2-2, layer by layer, forward and backward.

A = X W + b, the sigmoid between, the identity at the end.  Run
`python demos/20_three_layer_network.py FOLDER`: the numbers are printed, and pictures of the first
layer and of the whole network are written.
"""

import sys
from pathlib import Path

import autograd as ag
from autograd.layers import Affine, Sigmoid

PARAMETERS = [
    ([[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]], [0.1, 0.2, 0.3]),
    ([[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]], [0.1, 0.2]),
    ([[0.1, 0.3], [0.2, 0.4]], [0.1, 0.2]),
]


def main(folder: str = ".") -> list[float]:
    """Print the passes and draw them; the outputs come back."""
    first, second, third = [Affine(W, b) for W, b in PARAMETERS]
    layers = [first, Sigmoid(), second, Sigmoid(), third]
    numbers = [1.0, 0.5]
    for layer in layers:
        numbers = layer.forward(numbers)
        print(f"{type(layer).__name__:>8} forward  ", " ".join(f"{y:.8f}" for y in numbers))
    dx = [1.0, 1.0]
    for layer in reversed(layers):
        dx = layer.backward(dx)
        print(f"{type(layer).__name__:>8} backward ", " ".join(f"{d:.8f}" for d in dx))
    print("gradient of W1:", first.dW)
    ag.save(first.output, str(Path(folder) / "first_layer.svg"))

    y = ag.values([1.0, 0.5], "x")  # Values in, Values out: the layers record one graph
    for n, (W, b) in enumerate(PARAMETERS, 1):
        y = Affine(ag.values(W, f"W{n}"), ag.values(b, f"b{n}")).forward(y)
        if n < len(PARAMETERS):
            y = Sigmoid().forward(y)
    ag.sum(y).backward()
    ag.save(y, str(Path(folder) / "three_layer_network.svg"), fold=True)
    return numbers


if __name__ == "__main__":
    main(*sys.argv[1:])
