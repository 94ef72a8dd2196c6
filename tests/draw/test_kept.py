"""Outcomes that were looked at and found right, kept whole in `kept/` beside this file.

`python tests/draw/test_kept.py` writes all of them anew: look at what has changed, at the pictures
in a browser, before you keep it.  Where Graphviz places things is its own and may change with its
version, so its answers are kept too: a picture is what is made of the answers in its `.json` to
the questions in its `.gv`.
"""

import json
import sys
from dataclasses import fields
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[n]) for n in (1, 2)]

from draw import scenes

from autograd.draw import figure_of
from autograd.draw.dot import digraph
from autograd.draw.figure import Box
from autograd.draw.formats import written
from autograd.draw.inside import inside
from autograd.draw.layout import layout, use
from autograd.draw.sheet import sheet
from autograd.draw.svg import svg

KEPT = Path(__file__).parent / "kept"
BREAK = "\f\n"  # between two questions
FIGURES = {  # of each scene by its fold
    "apple": (scenes.apple, [None]),
    "basket": (scenes.basket, [None]),
    "literals": (scenes.literals, [None]),
    "twice": (scenes.twice, [None]),
    "nested": (scenes.nested, [None, True, "inner"]),
    "softmax": (scenes.softmax, [True]),
    "several": (scenes.several, [True]),
    "regression": (scenes.regression, [None]),
    "neurons": (lambda: scenes.network(2, 3, 1), [True]),
    "network": (lambda: scenes.network(12, 11, 2), [None]),
    "squashed": (scenes.squashed, [None, "group"]),
    "apart": (scenes.apart, [True]),
    "unfinished": (scenes.unfinished, [None, True]),
}
PICTURES = {
    "apple": (scenes.apple, {}),
    "twice": (scenes.twice, {}),
    "fan-TB": (scenes.fan, {"direction": "TB", "partials": True}),
    "nested-RL": (scenes.nested, {"direction": "RL"}),
    "nested-BT": (scenes.nested, {"direction": "BT", "precision": 2}),
    "nested-box-TB": (scenes.nested, {"style": "box", "direction": "TB", "partials": True}),
    "softmax": (scenes.softmax, {"fold": True, "partials": True}),
    "squares-box": (scenes.squares, {"style": "box"}),
    "product": (scenes.product, {"fold": True}),
    "softmaxed-box-BT": (scenes.softmaxed, {"style": "box", "direction": "BT", "fold": True}),
    "layer-TB": (lambda: scenes.network(2, 4, 1), {"direction": "TB", "fold": True}),
    "skipping": (scenes.skipping, {"style": "network"}),
    "network-BT": (lambda: scenes.network(12, 11, 2), {"style": "network", "direction": "BT"}),
}
TEXTS = {  # a suffix each
    "apple": (scenes.apple, {"partials": True}),
    "nested": (scenes.nested, {"direction": "TB", "partials": True}),
    "squares": (scenes.squares, {"style": "box"}),
}


def shown(x):
    """A field of a figure: numbers to 9 digits, so that no libm shows."""
    if isinstance(x, tuple) and len(x) > 16:
        return f"({shown(x[:4])[1:-1]} ... {shown(x[-4:])[1:-1]}, {len(x)} in all)"
    if isinstance(x, tuple):
        return "(" + " ".join(map(shown, x)) + ")"
    return f"{x:.9g}" if isinstance(x, float) else str(x)


def told(figure):
    """A figure as lines: of each unit, edge and box what is not None, empty or "not main"."""
    for part in (*figure.nodes, *figure.edges, *figure.boxes):
        words = [part.id]
        for field in fields(part)[1:]:
            x = getattr(part, field.name)
            if field.name == "main":
                words += ["main"] if x else []
            elif x is not None and x not in ((), ""):
                words.append(f"{field.name} {shown(x)}")
        yield "; ".join(words)


def within():
    """The inside of the additions and squares of a loss."""
    figure, look = figure_of(scenes.regression(2), fold=False, partials=True)
    parts = [unit.id for unit in figure.nodes if unit.text in ("+", "x²", "−3")]
    return inside(figure, parts, Box("b", "terms", "(w xᵢ + b − tᵢ)²", None)), look


def sheet_of(name):
    if name == "within":
        return sheet(*within())
    scene, options = PICTURES[name]
    return sheet(*figure_of(scene(), **options))


def drawn(drawn_by, name):
    """The questions that this engine was asked for a picture, its answers, and the picture."""
    questions, answers = [], []

    def engine(source):
        use(None)
        questions.append(source)
        answers.append(drawn_by(source, len(answers)))
        use(engine)
        return json.dumps(answers[-1])

    use(engine)
    try:
        picture = svg(sheet_of(name))
    finally:
        use(None)
    return questions, answers, picture


def from_pip(source, count):
    """Of an answer of today what a picture is made of."""
    placed = layout(source)
    keys = {"objects": ("name", "pos", "bb"), "edges": ("id", "pos", "lp")}
    parts = {kind: [{k: x[k] for k in keys[kind] if k in x} for x in placed[kind]] for kind in keys}
    return {"bb": placed["bb"], **parts}


@pytest.mark.parametrize(
    ("name", "fold"), [(name, fold) for name, (_, folds) in FIGURES.items() for fold in folds]
)
def test_figures(name, fold):
    text = (KEPT / "figures.txt").read_text("utf-8")
    _, _, kept = text.partition(f"--- {name}, fold={fold}\n")
    scene, _ = FIGURES[name]
    assert list(told(figure_of(scene(), fold=fold)[0])) == kept.split("\n\n")[0].splitlines()


@pytest.mark.parametrize("name", [*PICTURES, "within"])
def test_pictures(name):
    expected = (KEPT / f"{name}.gv").read_text("utf-8").split(BREAK)
    assert digraph(sheet_of(name), texts=False).source == expected[0]
    kept = json.loads((KEPT / f"{name}.json").read_text("utf-8"))
    questions, _, picture = drawn(lambda source, count: kept[count], name)
    assert questions == expected
    assert picture == (KEPT / f"{name}.svg").read_text("utf-8")


@pytest.mark.parametrize("suffix", ["dot", "mmd"])
@pytest.mark.parametrize("name", TEXTS)
def test_texts(name, suffix):
    scene, options = TEXTS[name]
    assert written(scene(), suffix, **options) == (KEPT / f"{name}.{suffix}").read_text("utf-8")


def write():
    """Everything anew, with the engine's answers of today."""
    KEPT.mkdir(exist_ok=True)
    lines = []
    for name, (scene, folds) in FIGURES.items():
        for fold in folds:
            lines += [f"--- {name}, fold={fold}", *told(figure_of(scene(), fold=fold)[0]), ""]
    (KEPT / "figures.txt").write_text("\n".join(lines), "utf-8")
    for name in (*PICTURES, "within"):
        questions, answers, picture = drawn(from_pip, name)
        (KEPT / f"{name}.svg").write_text(picture, "utf-8")
        (KEPT / f"{name}.gv").write_text(BREAK.join(questions), "utf-8")
        lines = json.dumps(answers, separators=(",", ":")).replace("},{", "},\n{")
        (KEPT / f"{name}.json").write_text(lines + "\n", "utf-8")
    for name, (scene, options) in TEXTS.items():
        for suffix in ("dot", "mmd"):
            (KEPT / f"{name}.{suffix}").write_text(written(scene(), suffix, **options), "utf-8")


if __name__ == "__main__":
    write()
