r"""The SVG as TikZ, for papers and exams: a `tikzpicture` to be read by LaTeX.

It needs \usepackage{tikz}, and for labels with < > | or " \usepackage[T1]{fontenc}.  For labels in
Japanese LaTeX must be one that sets Japanese: pdflatex refuses their letters.

Invariant: places are the SVG's, in points; what a user wrote is escaped, so that it sets as text
and runs no command.
"""

from xml.etree.ElementTree import Element

from autograd.draw.pdf import segments
from autograd.draw.text import level

_SIGNS = {
    **{c: f"\\{c}" for c in "#$%&_{}"},
    **{"\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}"},
    **{"<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}", '"': "\\textquotedbl{}"},
    **{"−": "$-$", "×": "$\\times$", "÷": "$\\div$", "∂": "$\\partial$", "√": "$\\surd$"},
    **{"′": "$'$", "Σ": "$\\Sigma$", "σ": "$\\sigma$", "·": "$\\cdot$", "…": "\\ldots{}"},
    "\u2003": "\\quad{}",
}


def tikz(root: Element) -> str:
    """The tree of an SVG document of ours as a `tikzpicture`."""
    lines = ["\\begin{tikzpicture}[x=1bp, y=-1bp, line width=1bp, inner sep=0pt]"]
    for e in root.iter():
        a = e.attrib
        if e.tag == "text":
            side = {"start": " west", "end": " east"}.get(a.get("text-anchor", ""), "")
            size = float(a["font-size"])
            font = f"\\sffamily\\fontsize{{{size:g}bp}}{{{size:g}bp}}\\selectfont"
            bold = "\\bfseries" if "font-weight" in a else ""
            options = f"anchor=base{side}, font={font}{bold}, text={_colour(a['fill'])}"
            lines.append(f"\\node[{options}] at ({a['x']},{a['y']}) {{{_escape(e.text or '')}}};")
            continue
        inks = ("fill", "fill"), ("draw", "stroke")
        paint = [f"{k}={_colour(a[v])}" for k, v in inks if v in a]
        if "stroke-width" in a:
            paint.append(f"line width={a['stroke-width']}bp")
        if "stroke-dasharray" in a:
            on, off = a["stroke-dasharray"].split()
            paint.append(f"dash pattern=on {on}bp off {off}bp")
        if "rx" in a:
            paint.append(f"rounded corners={a['rx']}bp")
        if shape := _shape(e):
            lines.append(f"\\path[{', '.join(paint)}] {shape};")
    return "\n".join([*lines, "\\end{tikzpicture}", ""])


def _shape(e: Element) -> str:
    a = e.attrib
    if e.tag == "rect":
        x, y = float(a.get("x", 0.0)), float(a.get("y", 0.0))
        return f"({x:g},{y:g}) rectangle ++({a['width']},{a['height']})"
    if e.tag == "circle":
        return f"({a['cx']},{a['cy']}) circle[radius={a['r']}bp]"
    if e.tag == "line":
        return f"({a['x1']},{a['y1']}) -- ({a['x2']},{a['y2']})"
    if e.tag not in ("path", "polygon"):
        return ""
    steps = []
    for command, numbers in segments(e):
        points = [f"({x:g},{y:g})" for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        form = {"M": "{}", "L": " -- {}", "C": " .. controls {} and {} .. {}"}[command]
        steps.append(form.format(*points))
    return "".join(steps) + (" -- cycle" if e.tag == "polygon" else "")


def _colour(name: str) -> str:
    if not name.startswith("#"):
        return name
    parts = (str(int(name[i : i + 2], 16)) for i in (1, 3, 5))
    return f"{{rgb,255:red,{next(parts)};green,{next(parts)};blue,{next(parts)}}}"


def _escape(text: str) -> str:
    signs = []
    for c in text:
        plain, up = level(c)
        sign = _SIGNS.get(plain, plain)
        signs.append(f"\\text{'super' if up > 0 else 'sub'}script{{{sign}}}" if up else sign)
    return "".join(signs)
