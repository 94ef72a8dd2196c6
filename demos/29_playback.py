"""A training on two moons, recorded and played back in a page: `moons.html`.

Run `python demos/29_playback.py FOLDER`, and open the page: play the training, let the learning
rate explode, pick a point and go through it, forward, backward and over the update.
"""

import math
import random
import sys
from pathlib import Path
from typing import Any

import autograd as ag

STEPS = 200
RATE = 0.3


def moons(n: int, noise: float, rng: random.Random) -> tuple[list[list[float]], list[float]]:
    """Points on two half circles that reach into each other, and the half that each is of."""
    rows, targets = [], []
    for k in range(n):
        angle, upper = math.pi * rng.random(), k % 2 == 0
        x, y = math.cos(angle), math.sin(angle)
        if not upper:
            x, y = 1.0 - x, 0.5 - y
        rows.append([round(x + rng.gauss(0.0, noise), 3), round(y + rng.gauss(0.0, noise), 3)])
        targets.append(1.0 if upper else -1.0)
    return rows, targets


def squared(score: Any, target: Any) -> Any:
    """The loss of one point."""
    return (score - target) ** 2


def train(steps: int = STEPS, lr: float = RATE) -> tuple[ag.nn.MLP, dict[str, Any]]:
    """A network of 2-4-1 neurons that learns the moons; it and the history of its training."""
    rng = random.Random(7)
    rows, targets = moons(100, 0.1, rng)
    model = ag.nn.MLP(2, [4, 1], activation="tanh", rng=rng)
    optimizer = ag.optim.SGD(model.parameters(), lr=lr)
    history: dict[str, Any] = {"rows": rows, "targets": targets, "criterion": squared, "lr": lr}
    history |= {"parameters": [], "loss": [], "batches": []}
    for _ in range(steps):
        batch = rng.sample(range(len(rows)), 20)
        scores = model([rows[i] for i in batch])
        loss = ag.mean_squared_error(scores, [targets[i] for i in batch])
        optimizer.zero_grad()
        loss.backward()
        history["parameters"].append(ag.data(model.parameters()))
        history["loss"].append(loss.data)
        history["batches"].append(batch)
        optimizer.step()
    return model, history


def main(folder: str = ".") -> None:
    """Train, and write the page."""
    model, history = train()
    path = Path(folder) / "moons.html"
    ag.playback(model, history, path)
    with ag.no_grad():
        scores = ag.data(model(history["rows"]))
    right = sum((s > 0) == (t > 0) for s, t in zip(scores, history["targets"], strict=True))
    print(
        f"loss {history['loss'][0]:.3f} -> {history['loss'][-1]:.3f}, {right} of 100 points right"
    )
    print(f"{path.name}: {STEPS} steps in {path.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main(*sys.argv[1:])
