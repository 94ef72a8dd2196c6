"""Every link within the built site leads somewhere: to a file that is there, and a place in it.

The playground is made by a command of its own; links to it are looked at where it was made.
"""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from sphinx.errors import ExtensionError

ELSEWHERE = "playground/"


class Page(HTMLParser):
    """The links of a page, and the places that links lead to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = {"", "top"}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        """Read one tag."""
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name in ("id", "name") and value:
                self.places.add(value)


def broken(site: Path) -> list[str]:
    """The links that lead nowhere, each with its page."""
    made = (site / ELSEWHERE / "index.html").exists()
    pages = {
        path.resolve(): Page(path)
        for path in sorted(site.rglob("*.html"))
        if path.relative_to(site).parts[0] not in ("_static", "playground")
    }
    found = []
    for path, page in pages.items():
        for link in page.links:
            if urlsplit(link).scheme:
                continue
            address, place = urldefrag(link)
            target = (
                (path.parent / unquote(address.partition("?")[0])).resolve() if address else path
            )
            if not made and target.is_relative_to((site / ELSEWHERE).resolve()):
                continue
            lost = target in pages and unquote(place) not in pages[target].places
            if not target.is_file() or lost:
                found.append(f"{path.relative_to(site.resolve())}: {link}")
    return found


def check(app, failed) -> None:
    """Look at what was built."""
    if failed is None and app.builder.name == "html" and (lost := broken(Path(app.outdir))):
        raise ExtensionError("links that lead nowhere:\n" + "\n".join(lost))


def setup(app):
    """Called by Sphinx."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True}
