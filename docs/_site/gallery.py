"""The numbered demos as pages: what each says of itself, its pictures, what it prints, its source.

A demo is run as the site is built, unless it is one of `LONG`.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[2]
DEMOS = ROOT / "demos"
DRAWN = Path(__file__).parents[1] / "_drawn"
LONG = {  # why these are not run, and how to
    "23_breast_cancer": "It trains for some seconds.",
    "24_digits": "It trains for some 5 s.",
    "25_two_moons": "It trains for some seconds.",
    "26_two_ways_to_a_gradient": "It measures seconds, other ones each time.",
    "27_bundle_adjustment": "It works on 100,000 observations.",
    "28_cluster": "It starts a cluster of processes.",
    "30_digits_in_seconds": "It tells seconds, other ones each time.",
}
SHOWN = ("svg", "png", "html")  # of what a demo writes


def run(demo: Path) -> tuple[str, list[str]]:
    """What the demo prints, and the names of its pictures, which are put where pages find them."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            "MPLBACKEND": "agg",
            "TERM": "dumb",
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", demo, folder],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            raise ExtensionError(f"{demo.name} fails:\n{done.stderr}")
        made = [p for end in SHOWN for p in sorted(Path(folder).glob(f"*.{end}"))]
        names = [f"{demo.stem}-{p.name}" for p in made]
        for picture, name in zip(made, names, strict=True):
            shutil.copy(picture, DRAWN / name)
        printed = re.sub(r"^learning .*\n", "", done.stdout, flags=re.M)  # the bar tells seconds
        return printed.replace(folder, "."), names


def title(demo: Path) -> str:
    """Its number, and the first clause of what it says of itself."""
    said = ast.get_docstring(ast.parse(demo.read_text("utf-8"))) or ""
    return f"{demo.stem[:2]} {re.split(r'[:,.]( |$)', said.partition(chr(10))[0])[0]}"


def page(demo: Path, printed: str, pictures: list[str]) -> str:
    """The page of one demo, in Markdown."""
    source = demo.read_text("utf-8")
    said = ast.get_docstring(ast.parse(source)) or ""
    first, _, text = said.partition("\n\n")
    parts = [f"# {title(demo)}", first, text]
    if demo.stem in LONG:
        parts.append(f"*{LONG[demo.stem]} So it was not run for this page.*")
    for name in pictures:
        words = name.partition("-")[2].rpartition(".")[0].replace("_", " ")
        at = f'src="../_static/{name}"'
        if name.endswith(".html"):
            frame = f'<iframe {at} title="{words}" sandbox="allow-scripts" loading="lazy"></iframe>'
            parts.append(f'<figure class="drawn page-of">{frame}</figure>')
        else:
            parts.append(f'<figure class="drawn"><img {at} alt="{words}"></figure>')
    if printed:
        parts.append(f"It prints\n\n```text\n{printed.strip()}\n```")
    code = source.partition('"""')[2].partition('"""')[2].strip()
    parts.append(f"The program, `demos/{demo.name}`:\n\n~~~{{code-block}} python\n{code}\n~~~")
    return "\n\n".join(parts) + "\n"


def make(app) -> None:
    """Write the folder `gallery` anew."""
    folder = Path(app.srcdir) / "gallery"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    demos = sorted(DEMOS.glob("[0-9]*.py"))
    short = [demo for demo in demos if demo.stem not in LONG]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = dict(zip(short, pool.map(run, short), strict=True))
    cards = []
    for demo in demos:
        printed, pictures = results.get(demo, ("", []))
        (folder / f"{demo.stem}.md").write_text(page(demo, printed, pictures), "utf-8")
        images = [name for name in pictures if not name.endswith(".html")]
        image = f":img-top: /_drawn/{images[0]}\n:img-alt: \n" if images else ""
        cards.append(
            f":::{{grid-item-card}} {title(demo)}\n:link: {demo.stem}\n:link-type: doc\n{image}:::"
        )
    index = (
        "# Gallery\n\nThe programs in `demos/`, in order: the textbook's examples first, then "
        "derivations, fits, networks, machines. `12_notebook.ipynb` there is a notebook.\n\n"
        "::::{grid} 1 2 2 3\n:class-container: gallery\n:gutter: 3\n\n"
        + "\n\n".join(cards)
        + "\n\n::::\n\n```{toctree}\n:hidden:\n\n"
        + "\n".join(demo.stem for demo in demos)
        + "\n```\n"
    )
    (folder / "index.md").write_text(index, "utf-8")


def setup(app):
    """Called by Sphinx."""
    app.connect("builder-inited", make)
    return {"parallel_read_safe": True}
