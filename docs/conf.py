"""How the site is built: `python -m sphinx -M html docs docs/_build -W --keep-going`.

Invariant: what a page shows was computed while it was built, and two builds are the same bytes.
"""

import os
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_site"))

# Neither the day nor the order of a set is to be seen in what is built.
os.environ.setdefault("SOURCE_DATE_EPOCH", "1767225600")
os.environ["JAX_PLATFORMS"] = "cpu"  # it would tell of what it looks for in vain
os.environ["COLUMNS"] = "88"  # of the terminals that are shown

project = "autograd"
author = copyright = "The autograd authors"
release = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))["project"]["version"]

extensions = [
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_design",
    "executed",
    "shown",
    "gallery",
    "links",
    "reference",
]
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

exclude_patterns = ["_build", "_drawn", "_site", "_static", "playground", "requirements.txt"]
nitpicky = True
add_module_names = False
toc_object_entries = False
python_use_unqualified_type_names = True
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

html_theme = "furo"
html_title = f"autograd {release}"
html_static_path = ["_static", "_drawn"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_show_sphinx = False
html_copy_source = False
html_last_updated_fmt = None
html_favicon = "_static/icon.svg"
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#1f4e79",
        "color-brand-content": "#1b5fa0",
    },
    "dark_css_variables": {
        "color-brand-primary": "#9cc7f0",
        "color-brand-content": "#8fc1f2",
    },
    "navigation_with_keys": False,
}


def for_all_readers(app, page, template, context, doctree):
    """Tell readers' software which pages are Japanese, and how deep captions are."""
    if page.startswith("ja/"):
        context["language"] = "ja"
    tree = context["furo_navigation_tree"]
    context["furo_navigation_tree"] = tree.replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )


def with_what_was_tried(app, page, source):
    """Hang reports that the first page does not name below the page about numbers."""
    if page == "numbers":
        named = {"index", *(HERE / "index.md").read_text("utf-8").split()}
        others = sorted(path.stem for path in HERE.glob("*.md") if path.stem not in named)
        if others:
            entries = "\n".join(others)
            source[0] += f"\n## Reports\n\n```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n"


def setup(app):
    """Called by Sphinx."""
    app.connect("source-read", with_what_was_tried)
    app.connect("html-page-context", for_all_readers, priority=900)  # after the theme
