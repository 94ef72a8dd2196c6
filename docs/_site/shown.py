"""What pages show beside words: pictures that `executed` has drawn, and numbers as bars."""

import math
import re
from html import escape

from docutils import nodes
from docutils.parsers.rst import Directive
from executed import DRAWN, drawn


def html(text: str) -> nodes.raw:
    """As it stands."""
    return nodes.raw("", text, format="html")


class Drawn(Directive):
    """The next picture of the page, with the content as its caption."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        """The figure: an image that opens alone, or a page within the page."""
        env = self.state.document.settings.env
        count = env.temp_data.setdefault("drawn", [0])
        count[0] += 1
        path = drawn(env.docname, count[0], self.name)
        url = "../" * env.docname.count("/") + f"_static/{path.name}"
        name = escape(re.sub(r"[`*$]", "", " ".join(self.content)))
        if self.name == "graph":
            svg = path.read_text("utf-8")
            width, height = (float(n) * 4 / 3 for n in re.findall(r' \w+="([\d.]+)pt"', svg)[:2])
            told = re.search("<desc>(.*?)</desc>", svg, re.S)
            shown = (
                f'<a href="{url}"><img src="{url}" alt="{told[1] if told else name}" '
                f'width="{width:.0f}" height="{height:.0f}" style="min-width:{width * 0.65:.0f}px" '
                'loading="lazy"></a>'
            )
        else:
            shown = f'<iframe src="{url}" title="{name}" sandbox="allow-scripts" loading="lazy">'
            shown += "</iframe>"
        content = nodes.inline()
        self.state.nested_parse(self.content, self.content_offset, content)
        caption = nodes.paragraph(
            "", "", *(content.children[0].children if content.children else ())
        )
        if self.name != "graph":
            caption += html(f' <a href="{url}" aria-label="{name}, alone">⤢</a>')
        return [
            html(f'<figure class="drawn {self.name}-of">{shown}<figcaption>'),
            caption,
            html("</figcaption></figure>"),
        ]


class Bars(Directive):
    """Lines of `label | number | note` as a table with bars on a logarithmic scale; * is ours."""

    has_content = True
    required_arguments = 1  # what the numbers are
    final_argument_whitespace = True

    def run(self):
        """The table."""
        rows = [[cell.strip() for cell in line.split("|")] for line in self.content if line.strip()]
        numbers = [float(row[1].replace(",", "")) for row in rows]
        low, high = math.log(min(numbers) / 2), math.log(max(numbers))
        lines = [
            f"<thead><tr><th>{escape(self.arguments[0])}</th><td></td>"
            '<td class="bar"><span class="unit">on a logarithmic scale</span></td></tr></thead>'
        ]
        for (label, number, *note), n in zip(rows, numbers, strict=True):
            width = 100 * (math.log(n) - low) / (high - low)
            ours = ' class="ours"' if label.startswith("*") else ""
            more = f" <small>{escape(note[0])}</small>" if note else ""
            lines.append(
                f"<tr{ours}><th>{escape(label.lstrip('* '))}{more}</th><td>{number}</td>"
                f'<td class="bar"><i style="width:{width:.1f}%"></i></td></tr>'
            )
        return [html('<table class="docutils bars">' + "".join(lines) + "</table>")]


def setup(app):
    """Called by Sphinx."""
    DRAWN.mkdir(exist_ok=True)
    for name in ("graph", "page", "sheet"):
        app.add_directive(name, Drawn)
    app.add_directive("bars", Bars)
    return {"parallel_read_safe": False}
