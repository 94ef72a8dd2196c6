"""The reference, made of the docstrings, by the topics of `help(autograd)`.

Docstrings are Markdown: paragraphs, names in backticks, indented tables, examples after >>>, which
the tests run.
"""

import inspect
import re
import shutil
from pathlib import Path

import autograd as ag
from autograd.program.compiled import Compiled
from autograd.program.trace import Program

INTRODUCTIONS = {
    "record": "What a graph is made of, and what marks, wraps and reads it.",
    "compute": "All take Values or plain numbers; the elementwise ones map over nested lists and "
    "arrays. [How exact they are](../numbers.md) is told apart.",
    "differentiate": "Transforms of functions, as in JAX, to any order; and gradients as graphs.",
    "see": "Pictures, pages and words.",
    "check": "Derivatives by hand, by finite differences and by backpropagation, side by side.",
    "learn": "Layers, networks and optimizers.",
    "replay": "A function as a recorded program: exact, symbolic, over arrays, in machine code.",
}
METHODS = {  # of a class, those that are told of
    "Value": (
        *("data", "grad", "label", "op", "inputs", "partials", "scopes"),
        *("backward", "zero_grad", "recompute", "detach"),
    ),
    "fast": (
        *("value_and_grad", "value_and_jacobian", "hvp", "backward"),
        *("map", "map_value_and_grad", "map_value_and_jacobian", "to_jax"),
    ),
    "p": ("__call__", "value_and_grad", "source", "formula"),
}
MADE = {  # what a function makes, of a class that is not public: what its docstring calls it
    "compile": ("fast", Compiled),
    "trace": ("p", Program),
}


def topics() -> dict[str, list[str]]:
    """The names of each topic, in the order of `help(autograd)`."""
    found: dict[str, list[str]] = {}
    for line in (ag.__doc__ or "").splitlines():
        if re.fullmatch(r"[a-z]+", line):
            names = found.setdefault(line, [])
        elif match := re.match(r"    (\w+) ", line):
            names.append(match[1])
    return found


def signature(thing: object, name: str) -> str:
    """As it is called, without types: those are told in words."""
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return name
    shown = [
        str(p.replace(annotation=inspect.Parameter.empty)) for p in parameters if p.name != "self"
    ]
    for i, p in enumerate(parameters):
        if p.kind is p.POSITIONAL_ONLY and i == len(shown) - 1:
            shown.append("/")
    return f"{name}({', '.join(shown)})"


def markdown(text: str) -> str:
    """A docstring as the body of a directive."""
    parts = []
    for part in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if part.lstrip().startswith(">>>"):
            parts.append(f"```pycon\n{inspect.cleandoc(part)}\n```")
        elif part.startswith("    ") or re.search(r"\n    ", part):
            head, _, table = f"\n{part}".partition("\n    ")
            if head := head.strip():
                parts.append(words(head))
            parts.append(f"```text\n{inspect.cleandoc('    ' + table.lstrip())}\n```")
        else:
            parts.append(words(part))
    return "\n\n".join(parts)


def words(text: str) -> str:
    """With nothing but backticks as markup."""
    pieces = re.split(r"(`[^`]+`)", text)
    pieces[::2] = [re.sub(r"([\\*_\[\]<>$#])", r"\\\1", piece) for piece in pieces[::2]]
    return "".join(pieces)


def entry(kind: str, shown: str, body: str) -> str:
    """One name, as Sphinx knows it."""
    return f"::::{{py:{kind}}} {shown}\n\n{body}\n::::\n"


def about(name: str) -> str:
    """The entry of a public name, and of what belongs to it."""
    thing = getattr(ag, name)
    if inspect.ismodule(thing):
        return module(name, thing)
    doc = markdown(thing.__doc__ or "") if name != "compiled" else ""
    if name == "compiled":
        return entry("data", "compiled", "True where the engine runs as machine code, else False.")
    kind = "class" if isinstance(thing, type) else "function"
    if isinstance(thing, type) and issubclass(thing, BaseException):
        return entry("exception", name, doc)
    shown = entry(kind, signature(thing, name), doc) + members(thing, name)
    if name in MADE:
        made, of = MADE[name]
        shown += f"\nThe methods of `{made} = ag.{name}(f, ...)`:\n\n" + members(of, made)
    return shown


def members(thing: object, name: str) -> str:
    """The methods and attributes that have a docstring of their own."""
    found = []
    for method in METHODS.get(name, ()):
        attribute = inspect.getattr_static(thing, method, None)
        value = getattr(thing, method, None)
        doc = markdown(getattr(value, "__doc__", None) or "")
        if method == "__call__":
            found.append(entry("method", signature(value, name), doc))
        elif callable(value):
            found.append(entry("method", f"{name}.{signature(value, method)}", doc))
        elif attribute is not None:
            found.append(entry("attribute", f"{name}.{method}", doc))
    return "\n".join(found)


def module(name: str, thing: object) -> str:
    """A room of its own: its classes, each with its first paragraph and example."""
    lines = [f"## autograd.{name}\n\n{markdown(thing.__doc__ or '')}\n"]
    for inner in vars(thing).values():
        if (
            isinstance(inner, type)
            and inner.__module__ == thing.__name__
            and not inner.__name__.startswith("_")
        ):
            shown = signature(inner, f"{name}.{inner.__name__}")
            lines.append(entry("class", shown, markdown(inner.__doc__ or "")))
    return "\n".join(lines)


def link(name: str) -> str:
    """The name, and where it is told of."""
    inner = inspect.ismodule(getattr(ag, name))
    return f"[`{name}`](learn.md#autograd-{name})" if inner else f"{{py:obj}}`~autograd.{name}`"


def make(app) -> None:
    """Write the folder `reference` anew."""
    folder = Path(app.srcdir) / "reference"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    index = ["# Reference\n\nThe public names, `ag.NAME` after `import autograd as ag`, by topics:"]
    index.append("the same that `help(ag)` prints. Their examples are run by the tests.\n")
    for topic, names in topics().items():
        head = f"# {topic.capitalize()}\n\n{INTRODUCTIONS[topic]}\n\n"
        head += "```{py:currentmodule} autograd\n```\n\n"
        body = "\n".join(about(name) for name in names)
        (folder / f"{topic}.md").write_text(head + body, "utf-8")
        index.append(f"[**{topic.capitalize()}**]({topic}.md): {' · '.join(map(link, names))}\n")
    index.append("```{toctree}\n:hidden:\n\n" + "\n".join(topics()) + "\n```\n")
    (folder / "index.md").write_text("\n".join(index), "utf-8")


def setup(app):
    """Called by Sphinx."""
    app.connect("builder-inited", make)
    return {"parallel_read_safe": True}
