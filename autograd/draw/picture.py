"""Picture: a `graphviz.Digraph` whose SVG comes from the engine that pip installs.

Invariant: until someone adds to it, it shows what `draw` drew; after that Graphviz's `dot` draws.
"""

from typing import Any

import graphviz

from autograd.draw.sheet import Sheet
from autograd.draw.svg import svg


class Picture(graphviz.Digraph):  # type: ignore[misc]  # it has no annotations
    """What `draw` returns.  `pipe(format="svg")` and a notebook need no `dot` program."""

    sheet: Sheet | None = None
    drawn = ""

    def pipe(self, format: Any = None, *args: Any, **options: Any) -> Any:
        """The picture in a format: as `graphviz.Digraph.pipe`, SVG without a `dot` program."""
        if (format or self.format) != "svg" or self.sheet is None or self.source != self.drawn:
            return super().pipe(format, *args, **options)
        encoding = options.get("encoding")
        text = svg(self.sheet)
        return text.encode() if encoding is None else text
