"""Picture: a `graphviz.Digraph` whose SVG comes from the engine that pip installs.

Invariant: until someone adds to it, it shows what `draw` drew; after that Graphviz's `dot` draws.
"""

from pathlib import Path
from typing import Any

import graphviz

from autograd.draw.layout import require
from autograd.draw.sheet import Sheet
from autograd.draw.svg import svg


class Picture(graphviz.Digraph):  # type: ignore[misc]  # it has no annotations
    """What `draw` returns.  `pipe`, `render` and a notebook need no `dot` for SVG."""

    sheet: Sheet | None = None
    drawn = ""

    def pipe(self, format: Any = None, *args: Any, **options: Any) -> Any:
        """The picture in a format: as `graphviz.Digraph.pipe`, SVG without a `dot` program."""
        text = self._svg(format or self.format)
        if text is None:
            return super().pipe(format, *args, **options)
        return text.encode() if options.get("encoding") is None else text

    def render(
        self,
        filename: Any = None,
        directory: Any = None,
        view: bool = False,
        cleanup: bool = False,
        format: Any = None,
        *,
        outfile: Any = None,
        **options: Any,
    ) -> str:
        """Write the DOT text and the picture: as `graphviz.Digraph.render`, SVG without `dot`.

        Raises RuntimeError where `dot` is needed and not installed; then no file is left.
        """
        suffix = Path(outfile).suffix[1:].lower() if outfile is not None else ""
        text = self._svg(format or suffix or self.format)
        if text is None:
            options |= {"directory": directory, "view": view, "cleanup": cleanup}
            return str(super().render(filename, format=format, outfile=outfile, **options))
        if outfile is not None:
            outfile = outfile if directory is not None else Path(self.directory or "", outfile)
            filename = filename or Path(outfile).with_suffix(".gv")
        source = self.save(filename, directory=directory)
        rendered = str(outfile or f"{source}.svg")
        Path(rendered).write_text(text, encoding="utf-8")
        if cleanup:
            Path(source).unlink()
        if view or options.get("quiet_view"):
            graphviz.view(rendered, quiet=bool(options.get("quiet_view")))
        return rendered

    def _svg(self, format: str) -> str | None:
        """The text where no `dot` program is needed; else None, if it is there."""
        if format == "svg" and self.sheet is not None and self.source == self.drawn:
            return svg(self.sheet)
        require("a picture that was added to" if format == "svg" else f"a .{format}")
        return None
