"""Files of graphs: `save` by the suffix, `load` of JSON; what is in them is made in other rooms.

Invariant: a file is written whole or not at all.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from autograd.core.value import Value
from autograd.draw import outputs_of


def save(y: Any, path: str | os.PathLike[str], **options: Any) -> None:
    """Write a picture of y, in the format of the suffix: svg png pdf tex dot html mmd json.

    The options are those of `draw`, and for .html lang="en" or "ja", the language of the page, by
    default what the reader's browser prefers; .json is the recorded graph itself, for `load`, and
    has none.  Raises ValueError for another suffix, TypeError for an option that the format does
    not have, OSError where the file cannot be written; then no file is left.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"first what is drawn, then the path: save(y, {y!r:.60})")
    name = os.path.basename(path)
    form = os.path.splitext(name)[1].lower()[1:]
    if form not in FORMATS:
        raise ValueError(f"the suffix of {name!r} is none of .{' .'.join(FORMATS)}")
    write(path, FORMATS[form](y, form, **options))


def load(path: str | os.PathLike[str]) -> Value | list[Value]:
    """The graph in a .json file that `save` wrote: the output, or a list where there are several.

    Numbers, gradients, labels and composites are the same to the last bit.  Raises ValueError, with
    the place, for a file that is not such a graph.
    """
    from autograd.core.document import read

    with open(path, "rb") as file:
        content = file.read()
    try:
        outputs = read(content)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return outputs[0] if len(outputs) == 1 else outputs


def worksheet(
    y: Value,
    path: str | os.PathLike[str],
    blanks: int | Mapping[str, int] | None = None,
    seed: int = 0,
    fold: Any = None,
    precision: int = 4,
    direction: str = "LR",
    names: Mapping[str, Any] | None = None,
    lang: str | None = None,
) -> None:
    """Write a page with the graph of y, where some gradients of the backward pass are blanks.

    `blanks` says how many, by default half of them, or how many of each pass: {"forward": 2,
    "backward": 4}; `seed` chooses which.  The page prints on A4, with lines to write on.  On the
    screen it checks the numbers that are typed, to the digits typed, names the likely slip, and
    writes what is right into the picture.  The answer key is folded in at its end: opened, it
    prints on a page of its own.  `lang` is "en" or "ja", by default what the reader's browser
    prefers; the other options are those of `draw`.  Every `.grad` stays as it is.  Raises
    ValueError for a suffix other than .html and for a number of blanks that the graph does not
    have, and what `draw` and `backward` raise.

    >>> apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     worksheet(apple * count * tax, f"{folder}/sheet.html", blanks=3)
    """
    from autograd.checks.shares import Shares
    from autograd.page.worksheet import sheet_of_exercises

    if not os.fspath(path).lower().endswith(".html"):
        raise ValueError(f"a worksheet is an .html file, not {os.fspath(path)!r}")
    look: Any = dict(fold=fold, precision=precision, direction=direction)
    write(path, sheet_of_exercises(y, Shares, blanks, seed, names, lang, **look))


def quiz(y: Value, path: str | os.PathLike[str], digits: int = 4) -> None:
    """Write numerical questions about the gradients of y, in the XML that Moodle imports.

    There is one for each leaf and each labelled node, with the picture of the graph, and a feedback
    for each likely slip's number, computed beforehand.  Answers are to so many significant digits,
    one unit of the last more or less.  Every `.grad` stays as it is.  Raises ValueError for a
    suffix other than .xml, for `digits` below 1, where there is nothing to ask for or more than 500
    questions, and for a graph of more than 50,000 nodes, OSError where the file cannot be written,
    and what `draw` and `backward` raise.

    >>> apple, count = Value(100, "apple"), Value(2, "count")
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     quiz(apple * count, f"{folder}/quiz.xml")
    """
    from autograd.checks.quiz import questions

    if not os.fspath(path).lower().endswith(".xml"):
        raise ValueError(f"a quiz is an .xml file, not {os.fspath(path)!r}")
    write(path, questions(y, digits))


def playback(
    model: Any,
    history: Mapping[str, Any],
    path: str | os.PathLike[str],
    lang: str | None = None,
) -> None:
    """Write a page that plays a training back: the plane of the data beside the network.

    On the page the training runs forward and back, a slider sets the learning rate and trains anew
    from the first parameters by plain gradient descent, and a point of the data is gone through
    forward, backward and over the update, with values and gradients on the network.

    `model` is a function of a row of two numbers that gives one score, with `parameters()`, such as
    `ag.nn.MLP(2, [4, 1])`.  `history` is a dict of what was recorded while it learned:

    - rows, targets: the data, rows of two numbers, a number for each
    - criterion: the loss of one score and its target, such as `ag.hinge`
    - lr: the learning rate
    - parameters: before each step the numbers of `model.parameters()`
    - loss: before each step the loss, the mean over the batch
    - batches (optional): for each step the places of its rows; else each step saw all
    - threshold (optional): scores above it are the second class; else halfway between the targets

    `lang` is "en" or "ja", by default what the reader's browser prefers.  200 steps of a network
    2-4-1 take some 100 KB.  The model stays as it is.  Raises ValueError or TypeError that names
    what is wrong in the history, ValueError for a suffix other than .html and for a model whose
    loss does not depend on all parameters, OSError where the file cannot be written.

    >>> import random
    >>> from autograd import data, mean_squared_error, nn, optim
    >>> model = nn.MLP(2, [2, 1], activation="tanh", rng=random.Random(1))
    >>> rows, targets = [[0.0, 1.0], [1.0, 0.0]], [1.0, -1.0]
    >>> criterion = lambda y, t: (y - t) ** 2
    >>> history = dict(rows=rows, targets=targets, criterion=criterion, lr=0.1)
    >>> history |= dict(parameters=[], loss=[])
    >>> optimizer = optim.SGD(model.parameters(), lr=0.1)
    >>> for step in range(5):
    ...     loss = mean_squared_error(model(rows), targets)
    ...     optimizer.zero_grad()
    ...     loss.backward()
    ...     history["parameters"].append(data(model.parameters()))
    ...     history["loss"].append(loss.data)
    ...     optimizer.step()
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     playback(model, history, f"{folder}/learning.html")
    """
    from autograd.page.playback import film

    if not os.fspath(path).lower().endswith(".html"):
        raise ValueError(f"a playback is an .html file, not {os.fspath(path)!r}")
    write(path, film(model, history, lang))


def write(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file whole or not at all: text or bytes.  Raises OSError.

    A link is followed, and a file that was there keeps its mode; what is no file, such as a pipe,
    is written to.
    """
    from pathlib import Path  # imported late, as they take longer than all the rest here
    from shutil import copymode

    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():  # a device, a pipe: it stays what it is
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no folder {str(path.parent)!r} to write {path.name!r} in")
    part = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        part.write_bytes(content if isinstance(content, bytes) else content.encode())
        if path.exists():
            copymode(path, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


# --- the formats ---


def _picture(y: Any, form: str, **options: Any) -> str | bytes:
    from autograd.draw.formats import written

    return written(y, form, **options)


def _html(y: Any, form: str, **options: Any) -> str:
    from autograd.page.explore import page

    return page(y, **options)


def _json(y: Any, form: str, **options: Any) -> str:
    from autograd.core.document import write

    if options:
        raise TypeError(f".json is the recorded graph, not a picture: no option {min(options)!r}")
    return write(outputs_of(y))


FORMATS: dict[str, Callable[..., str | bytes]] = {
    **dict.fromkeys(("svg", "png", "pdf", "tex", "dot", "mmd"), _picture),
    **{"html": _html, "json": _json},
}
