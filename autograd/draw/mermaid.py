"""A figure as Mermaid text, for Markdown pages that draw it themselves.

Invariant: of a label only letters, digits, spaces and a few harmless signs stand as they are, the
rest as entities, so no label can end a string or be taken for markup.
"""

from autograd.draw.figure import Figure
from autograd.draw.item import Look
from autograd.draw.parts import flowing, total
from autograd.draw.text import cut, printed

_SHAPES = {
    "leaf": '(["{}"])',
    "operator": '(("{}"))',
    "composite": '["{}"]',
    "output": '(["{}"])',
    "more": '["{}"]',
}


def mermaid(figure: Figure, look: Look) -> str:
    """The figure as a Mermaid flowchart: value over gradient on each edge, composites as subgraphs.

    As in the book style; `look.partials` adds the local derivative.
    """
    lines: dict[str | None, list[str]] = {box.id: [] for box in figure.boxes}
    lines[None] = []
    for node in figure.nodes:
        text = cut(node.text)
        if node.total is not None:
            text += f" {total(node, look.precision)}"
        lines[node.box].append(node.id + _SHAPES[node.kind].format(_escape(text)))
    for edge in figure.edges:
        texts = [flowing(edge, look.precision).text]
        if edge.gradient is not None:
            texts.append(printed(edge.gradient, look.precision))
        if look.partials and edge.partial is not None:
            texts.append(f"∂ {printed(edge.partial, look.precision)}")
        if edge.name is not None:
            texts.insert(0, cut(edge.name))
        label = "<br/>".join(map(_escape, texts))
        lines[edge.box].append(f'{edge.tail} -->|"{label}"| {edge.head}')
    for box in reversed(figure.boxes):  # inner ones first
        title = _escape("   ".join(filter(None, (cut(box.name), cut(box.formula)))))
        inner = ["  " + line for line in lines[box.id]]
        lines[box.parent] += [f'subgraph {box.id}["{title}"]', *inner, "end"]
    return "\n".join([f"flowchart {look.direction}", *("  " + line for line in lines[None]), ""])


def _escape(text: str) -> str:
    """Text between quotation marks."""
    safe = "".join(c if c.isalnum() or c in " .,+−×÷=()/[]∂" else f"#{ord(c)};" for c in text)
    return safe or " "
