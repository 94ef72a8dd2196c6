"""What opens in a browser: the page that explores a graph, the worksheet, the playback."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd.page.explore import Exploration


def explore(y: Any, **options: Any) -> "Exploration":
    """The page of y for a notebook: it shows itself in a frame of its own, cut off from the rest.

    What `save(y, "page.html")` writes, with the same options and the same errors.

    >>> from autograd import Value
    >>> explore(Value(3.0, "x") ** 2)._repr_html_()[:32]
    '<iframe sandbox="allow-scripts" '
    """
    from autograd.page.explore import Exploration, page

    return Exploration(page(y, **options))
