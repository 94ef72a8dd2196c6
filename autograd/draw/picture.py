"""Picture: a `graphviz.Digraph` that needs no Graphviz: its SVG, PNG and PDF are the package's own.

Invariant: until someone adds to it, it shows what `draw` drew; after that Graphviz's `dot` draws.
"""

import shutil
from pathlib import Path
from typing import Any

import graphviz

from autograd.draw.formats import LAID_OUT
from autograd.draw.item import Sheet


class Picture(graphviz.Digraph):  # type: ignore[misc]  # it has no annotations
    """What `draw` returns.  `pipe`, `render` and a notebook need no `dot` while it is unchanged."""

    sheet: Sheet | None = None
    drawn = ""

    def pipe(self, format: Any = None, *args: Any, **options: Any) -> Any:
        """The picture in a format: as `graphviz.Digraph.pipe`."""
        content = self._own(format or self.format)
        if content is None:
            return super().pipe(format, *args, **options)
        return content.decode(options["encoding"]) if options.get("encoding") else content

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
        """Write the DOT text and the picture, as `graphviz.Digraph.render`.

        Raises RuntimeError where `dot` is needed and not installed; then no file is left.
        """
        suffix = Path(outfile).suffix[1:].lower() if outfile is not None else ""
        content = self._own(format or suffix or self.format)
        if content is None:
            options |= {"directory": directory, "view": view, "cleanup": cleanup}
            return str(super().render(filename, format=format, outfile=outfile, **options))
        if outfile is not None:
            outfile = outfile if directory is not None else Path(self.directory or "", outfile)
            filename = filename or Path(outfile).with_suffix(".gv")
        source = self.save(filename, directory=directory)
        rendered = str(outfile or f"{source}.{format or self.format}")
        Path(rendered).write_bytes(content)
        if cleanup:
            Path(source).unlink()
        if view or options.get("quiet_view"):
            graphviz.view(rendered, quiet=bool(options.get("quiet_view")))
        return rendered

    def __repr__(self) -> str:
        if self.sheet is None:
            return super().__repr__()  # type: ignore[no-any-return]
        units = sum(item.shape != "label" for item in self.sheet.items)
        return f"<picture of {units} nodes, style {self.sheet.look.style.name}>"

    def _own(self, format: str) -> bytes | None:
        """What the package draws in that format; None where `dot` has to, and is there."""
        if format in LAID_OUT and self.sheet is not None and self.source == self.drawn:
            content = LAID_OUT[format](self.sheet)
            return content if isinstance(content, bytes) else content.encode()
        if shutil.which("dot") is None:
            raise RuntimeError(
                "a picture that was added to, and a format that the package does not draw, need "
                "the program `dot`: install Graphviz, or use ag.save, which needs nothing"
            )
        return None
