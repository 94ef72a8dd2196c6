"""Handwritten digits, 8x8 pixels each: a network of 64-16-10 learns from 600 of them.

Needs `pip install scikit-learn matplotlib rich`.  Run `python demos/24_digits.py FOLDER`; curves,
and the weights of the first layer as pictures, are written there.
With the seeds below, 0.928 of 599 test rows are put right, in 5 s: with llvmlite the batches run
as machine code.  Without, or with `eager` for `compiled`, each is recorded anew, and plain Python
takes nearly a minute.
"""

import random
from pathlib import Path
from typing import Any

from training import accuracy, command, compiled, draw_curves, draw_weights, fit, split

import autograd as ag


def main(
    folder: str = ".",
    epochs: int = 12,
    checkpoint: str | None = None,
    quiet: bool = False,
    rows: int = 600,
) -> dict[str, Any]:
    """Learn the digits from so many rows; accuracies and history come back."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    pixels = (digits.data / 16.0).tolist()  # 0 to 1
    x, t, test_x, test_t = split(pixels, digits.target.tolist(), share=1 / 3, seed=0)
    x, t = x[:rows], t[:rows]

    model = ag.nn.MLP(64, [16, 10], init="he", rng=random.Random(0))
    optimizer = ag.optim.Adam(model.parameters(), lr=0.01)
    gradients_of = compiled(model, ag.softmax_cross_entropy)  # or eager(...)
    history = fit(
        *(model, optimizer, gradients_of, x, t),
        **{"epochs": epochs, "batch": 20, "checkpoint": checkpoint, "quiet": quiet},
        measure=lambda: accuracy(model, test_x[:100], test_t[:100]),
    )
    result = {"train": accuracy(model, x, t), "test": accuracy(model, test_x, test_t)}
    print(
        f"digits: {result['train']:.3f} of {len(x)} rows right, {result['test']:.3f} of "
        f"{len(test_x)} that were not learned from"
    )
    draw_curves(history, Path(folder) / "digits_curves.png", "digits")
    draw_weights(
        model.layers[0], (8, 8), Path(folder) / "digits_weights.png", "weights of the first layer"
    )
    return {**result, "history": history}


if __name__ == "__main__":
    command(main)
