"""What the demos of learning share: a loop that a person can follow, checkpoints, pictures.

The data come with scikit-learn, rich draws the progress bar, matplotlib the pictures:
`pip install scikit-learn matplotlib rich`.
"""

import argparse
import json
import os
import random
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import autograd as ag


def total_loss(model: Any, loss: Callable[[Any, Any], Any], l2: float) -> Callable[..., Any]:
    """The loss of a batch as a function of its rows and targets, with a penalty for large weights.

    l2 is the strength of the penalty: half of it times the sum of the squared weights is added.
    """
    weights = [p for p in model.parameters() if not p.label.startswith("b")]

    def total(rows: list[Any], targets: list[Any]) -> Any:
        mean = loss(model(rows), targets)
        return mean + 0.5 * l2 * ag.sum([w * w for w in weights]) if l2 else mean

    return total


def eager(model: Any, loss: Callable[[Any, Any], Any], l2: float = 0.0) -> Callable[..., float]:
    """A function of a batch that leaves the gradients of its loss in the parameters.

    It records the batch and sweeps it; `fit` is content with any function that does the same, such
    as `compiled(model, loss)`.  l2 is as in `total_loss`.
    """
    total = total_loss(model, loss, l2)

    def gradients_of(rows: list[Any], targets: list[Any]) -> float:
        y = total(rows, targets)
        model.zero_grad()
        y.backward()
        return y.data

    return gradients_of


def compiled(model: Any, loss: Callable[[Any, Any], Any], l2: float = 0.0) -> Callable[..., float]:
    """The same as `eager`, as a program: the first batch is recorded, all are run as machine code.

    Targets are numbers then: a class index becomes a row with a 1 in its place, or each batch would
    be a program of its own.  Without llvmlite it is `eager` itself.
    """
    if not find_spec("llvmlite"):
        return eager(model, loss, l2)
    total = ag.compile(total_loss(model, loss, l2))
    outputs = len(model.layers[-1].neurons)

    def gradients_of(rows: list[Any], targets: list[Any]) -> float:
        if outputs > 1:
            targets = [[float(k == t) for k in range(outputs)] for t in targets]
        model.zero_grad()
        return total.backward(rows, targets)

    return gradients_of


def fit(
    model: Any,
    optimizer: Any,
    gradients_of: Callable[..., float],
    rows: list[Any],
    targets: list[Any],
    *,
    epochs: int,
    batch: int,
    seed: int = 0,
    lr: Callable[[int], float] | None = None,
    measure: Callable[[], float] | None = None,
    checkpoint: str | Path | None = None,
    quiet: bool = False,
) -> dict[str, list[float]]:
    """Train; the mean loss of each epoch comes back, and `measure()` after it.

    lr gives the learning rate of an epoch.  With a checkpoint, the file is written after each
    epoch, and a run that finds one goes on from there, to the same numbers as if it had never
    stopped.  Ctrl-C ends the training and keeps what was learned.
    """
    if len(rows) != len(targets):
        raise ValueError(f"{len(rows)} rows, but {len(targets)} targets")
    rng = random.Random(seed)
    history: dict[str, list[float]] = {"loss": [], "accuracy": []}
    if checkpoint is not None and Path(checkpoint).exists():
        history = load(checkpoint, model, optimizer, rng)
    bar, task = progress_bar(epochs * len(rows), len(history["loss"]) * len(rows), quiet)
    try:
        with bar:
            for epoch in range(len(history["loss"]), epochs):
                if lr is not None:
                    optimizer.lr = lr(epoch)
                order = rng.sample(range(len(rows)), len(rows))
                sum_of_losses = 0.0
                for i in range(0, len(order), batch):
                    chosen = order[i : i + batch]
                    loss = gradients_of([rows[k] for k in chosen], [targets[k] for k in chosen])
                    optimizer.step()
                    sum_of_losses += loss * len(chosen)
                    bar.update(task, advance=len(chosen), loss=loss)
                history["loss"].append(sum_of_losses / len(rows))
                if measure is not None:
                    history["accuracy"].append(measure())
                if checkpoint is not None:
                    save(checkpoint, model, optimizer, rng, history)
    except KeyboardInterrupt:
        print(f"stopped in epoch {len(history['loss']) + 1}: what was learned until now is kept")
    return history


def progress_bar(total: int, done: int, quiet: bool) -> Any:
    """A bar with the loss and the time left, and its task."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    loss = TextColumn("loss {task.fields[loss]:.4f}")
    bar = Progress(TextColumn("learning"), BarColumn(), loss, TimeRemainingColumn(), disable=quiet)
    return bar, bar.add_task("learning", total=total, completed=done, loss=float("nan"))


# --- checkpoints ---


def save(path: str | Path, model: Any, optimizer: Any, rng: random.Random, history: Any) -> None:
    """Write all that the next epochs depend on.  The file is there whole, or as it was before."""
    state = {
        "parameters": ag.data(model.parameters()),
        "optimizer": optimizer.state_dict(),
        "rng": rng.getstate(),
        "history": history,
    }
    new = Path(f"{path}.new")
    with new.open("w") as file:
        json.dump(state, file, allow_nan=False)  # Python writes floats so that they come back
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def load(path: str | Path, model: Any, optimizer: Any, rng: random.Random) -> Any:
    """Put all back from a checkpoint; its history comes back.  ValueError for another network."""
    state = json.loads(Path(path).read_text())
    parameters = model.parameters()
    if len(state["parameters"]) != len(parameters):
        raise ValueError(
            f"{path} is of a network of {len(state['parameters'])} parameters, "
            f"this one has {len(parameters)}"
        )
    optimizer.load_state_dict(state["optimizer"])
    version, numbers, gauss = state["rng"]
    rng.setstate((version, tuple(numbers), gauss))
    for p, number in zip(parameters, state["parameters"], strict=True):
        p.data = number
    return state["history"]


# --- data ---


def split(rows: list[Any], targets: list[Any], share: float, seed: int) -> Any:
    """The rows and targets to learn from, then those to test with: `share` of them, by chance."""
    order = random.Random(seed).sample(range(len(rows)), len(rows))
    tests = round(share * len(rows))
    parts = (order[tests:], order[:tests])
    return [[source[k] for k in part] for part in parts for source in (rows, targets)]


def scaled(train: list[Any], test: list[Any]) -> Any:
    """Both with the mean of each column of `train` subtracted, over its standard deviation."""
    columns = list(zip(*train, strict=True))
    means = [sum(c) / len(c) for c in columns]
    deviations = [
        (sum((x - m) ** 2 for x in c) / len(c)) ** 0.5 or 1.0
        for c, m in zip(columns, means, strict=True)
    ]
    return [
        [[(x - m) / d for x, m, d in zip(row, means, deviations, strict=True)] for row in rows]
        for rows in (train, test)
    ]


@ag.no_grad()
def classify(model: Any, row: list[float]) -> int:
    """The class with the highest score; of a single score, 1 or -1 by its sign."""
    scores = model(row)
    if isinstance(scores, list):
        return max(range(len(scores)), key=lambda k: scores[k].data)
    return 1 if scores.data > 0.0 else -1


def accuracy(model: Any, rows: list[Any], targets: list[Any]) -> float:
    """The share of the rows that are put into the right class."""
    return sum(classify(model, x) == t for x, t in zip(rows, targets, strict=True)) / len(rows)


# --- pictures ---


def draw_curves(history: dict[str, list[float]], path: Path, title: str) -> None:
    """The loss and the accuracy over the epochs."""
    figure, left = _figure(title)
    left.plot(history["loss"], color="#c0392b")
    left.set_xlabel("epoch")
    left.set_ylabel("loss", color="#c0392b")
    if history["accuracy"]:
        right = left.twinx()
        right.plot(history["accuracy"], color="#1f4e79")
        right.set_ylabel("accuracy on test rows", color="#1f4e79")
        right.set_ylim(0.0, 1.02)
    figure.savefig(path)


def draw_boundary(model: Any, rows: list[Any], targets: list[Any], path: Path, title: str) -> None:
    """The plane in the colours of the two classes, and the rows in it."""
    figure, axes = _figure(title)
    steps = [-0.05 + 1.1 * i / 60 for i in range(61)]
    sides = []
    for values in zip(*rows, strict=True):
        low, high = min(values), max(values)
        sides.append([low + (high - low) * s for s in steps])
    colours = [[classify(model, [x, y]) for x in sides[0]] for y in sides[1]]
    axes.contourf(*sides, colours, levels=[-2, 0, 2], colors=["#f5d5d0", "#d0dcea"])
    for target, colour in ((-1, "#c0392b"), (1, "#1f4e79")):
        chosen = [row for row, t in zip(rows, targets, strict=True) if t == target]
        axes.scatter(*zip(*chosen, strict=True), s=16, color=colour, label=f"class {target}")
    axes.legend()
    figure.savefig(path)


def draw_weights(layer: Any, shape: tuple[int, int], path: Path, title: str) -> None:
    """The weights of each neuron as a picture: blue above 0, red below."""
    from matplotlib.figure import Figure

    columns = 8
    lines = -(-len(layer.neurons) // columns)
    figure = Figure(figsize=(columns, 1.1 * lines + 0.5), layout="constrained")
    figure.suptitle(title)
    largest = max(abs(w.data) for neuron in layer.neurons for w in neuron.w)
    for axes in figure.subplots(lines, columns, squeeze=False).flat:
        axes.axis("off")
    for axes, neuron in zip(figure.axes, layer.neurons, strict=False):
        numbers = ag.data(neuron.w)
        image = [numbers[i * shape[1] : (i + 1) * shape[1]] for i in range(shape[0])]
        axes.imshow(image, cmap="RdBu", vmin=-largest, vmax=largest)
    figure.savefig(path)


def _figure(title: str) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(layout="constrained")
    axes = figure.subplots()
    axes.set_title(title)
    return figure, axes


def command(main: Callable[..., Any]) -> None:
    """Run main with what the command line says, if all is installed that it will need."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", nargs="?", default=".", help="where the pictures go")
    parser.add_argument("--epochs", type=int, help="how often each row is seen")
    parser.add_argument("--checkpoint", help="a JSON file to write, and to go on from")
    given = {k: v for k, v in vars(parser.parse_args()).items() if v is not None}
    if not all(find_spec(name) for name in ("sklearn", "matplotlib", "rich")):
        raise SystemExit("this demo needs: pip install scikit-learn matplotlib rich")
    main(**given)
