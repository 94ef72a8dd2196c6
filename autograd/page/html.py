"""One HTML file that is whole in itself: markup, words, data, style and scripts.

Invariant: its policy forbids every request and every script and style but those in it, by their
hashes; data is JSON in it, never markup or code.
"""

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from string import Template
from typing import Any

from autograd.draw.item import COLOURS
from autograd.draw.text import clean

SOURCES = files("autograd") / "page"
WORDS: dict[str, dict[str, Any]] = json.loads((SOURCES / "words.json").read_text("utf-8"))


def html_file(title: str, body: str, data: Any, lang: str | None, *scripts: str) -> str:
    """A whole HTML file: the body, the data as JSON in `#graph`, and scripts, those texts.

    The body is markup and must be escaped where it needs to be.  `<p data-say="task">` gets the
    sentence of that name, and data-label="task" such a label.  With lang None the reader's browser
    chooses the language.  Raises ValueError for a language without words.
    """
    words = words_in(lang)
    style = Template(source("picture.css") + source("page.css")).substitute(COLOURS)
    script = '"use strict";\n' + "".join((source("words.js"), *scripts))
    policy = "default-src 'none'; base-uri 'none'; form-action 'none'; " + "; ".join(
        f"{kind}-src 'sha256-{_hash(source)}'"
        for kind, source in (("script", script), ("style", style))
    )
    told = set(re.findall(r"\w+", script + body))  # a page brings the sentences that it names
    known = {
        code: {key: text for key, text in WORDS[code].items() if key in told}
        for code in (WORDS if lang is None else (lang,))
    }
    body = re.sub(r'data-say="(\w+)">(?=<)', lambda m: m[0] + html.escape(words[m[1]]), body)
    body = re.sub(r'data-label="(\w+)"', lambda m: f'{m[0]} aria-label="{words[m[1]]}"', body)
    return (
        f'<!doctype html>\n<html lang="{lang or "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(clean(title))}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}"
        f'<script type="application/json" id="words">{_json(known)}</script>\n'
        f'<script type="application/json" id="graph">{_json(data)}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def words_in(lang: str | None) -> dict[str, Any]:
    """The sentences in a language, English by default.  ValueError where there are none."""
    if lang is not None and lang not in WORDS:
        raise ValueError(f"lang is one of {', '.join(WORDS)}, not {lang!r:.60}")
    return WORDS[lang or "en"]


def said(lang: str | None, key: str, **parts: object) -> str:
    """A sentence with its parts, as markup that the page can say again in another language."""
    shown = {name: clean(part) for name, part in parts.items()}
    given = "".join(f' data-{name}="{html.escape(part)}"' for name, part in shown.items())
    text = html.escape(words_in(lang)[key].format(**shown))
    return f'<span data-say="{key}"{given}>{text}</span>'


def source(name: str) -> str:
    """A file of this folder without its indentation and its comments."""
    text = (SOURCES / name).read_text("utf-8")
    if name.endswith(".css"):
        return re.sub(r"/\*.*?\*/\n*|\s*([{};])\s*", r"\1", text, flags=re.S)
    return re.sub(r"^ *//.*\n| +// .*|^ +", "", text, flags=re.M)


def _json(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _hash(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
