"""One HTML file that is whole in itself: markup, data, style and scripts.

Invariant: its policy forbids every request and every script and style but those in it, by their
hashes; data is JSON in it, never markup or code.
"""

import base64
import hashlib
import html
import json
from importlib.resources import files
from typing import Any


def html_file(title: str, body: str, data: Any, *scripts: str) -> str:
    """A whole HTML file: the body, the data as JSON in `#graph`, and scripts of this package.

    The body is markup and must be escaped where it needs to be.
    """
    sources = files("autograd") / "page"
    style = (sources / "page.css").read_text("utf-8")
    script = '"use strict";\n' + "".join((sources / name).read_text("utf-8") for name in scripts)
    policy = "default-src 'none'; base-uri 'none'; form-action 'none'; " + "; ".join(
        f"{kind}-src 'sha256-{_hash(source)}'"
        for kind, source in (("script", script), ("style", style))
    )
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}"
        f'<script type="application/json" id="graph">{text}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _hash(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
