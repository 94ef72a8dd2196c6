"""What the site says is held against what comes out, and its links against what is there."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("sphinx")
DOCS = Path(__file__).parents[1] / "docs"
if not DOCS.exists():
    pytest.skip("the tests of a wheel have no site", allow_module_level=True)
sys.path.insert(0, str(DOCS / "_site"))

import executed  # noqa: E402
import gallery  # noqa: E402
import links  # noqa: E402
import reference  # noqa: E402

import autograd as ag  # noqa: E402


@pytest.fixture
def session():
    heard = []
    session = executed.Session("page", lambda text, line: heard.append((line, text)))
    session.heard = heard
    return session


def test_a_block_that_gives_what_it_says_is_silent_and_one_page_is_one_session(session):
    session.python("x = 2\n", 1)
    session.python(">>> x * 3\n6\n>>> 1 / 0\nTraceback (most recent call last):\n"
                   "    ...\nZeroDivisionError: division by zero\n", 4)  # fmt: skip
    session.console("$ echo a b\na b\n", 9)
    assert session.heard == []


@pytest.mark.parametrize(
    ("kind", "block", "found"),
    [
        ("python", ">>> 2 * 3\n7\n", "6"),
        ("python", ">>> unknown\n", "NameError"),
        ("python", ">>> 1\n1\n>>> print('a')\nb\n", "a"),
        ("console", "$ echo a\nb\n", "a"),
        ("console", "$ false a\nb\n", "expected"),
    ],
)
def test_a_block_that_gives_something_else_is_told(session, kind, block, found):
    getattr(session, kind)(block, 5)
    ((line, text),) = session.heard
    assert line == 5
    assert found in text


def test_estimates_may_come_out_otherwise_and_what_came_out_is_shown(session):
    said = "x  0.5   0.5 ± 9e-13  1    1.4e-16   ok\n99 calls of f for the numerical derivatives\n"
    now = "x  0.5  0.5 ± 3e-14  0  0  ok\n20 calls of f for the numerical derivatives\n"
    session.names["now"] = now
    session.python(f">>> print(now, end='')\n{said}", 1)
    assert session.heard == []
    assert session.runner.filled == [(said, now)]
    session.names["now"] = now.replace("0.5 ±", "0.4 ±")
    session.python(f">>> print(now, end='')\n{said}", 1)
    assert len(session.heard) == 1


def test_links_that_lead_nowhere_are_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<a href="b.html#there"></a><a href="b.html#gone"></a><img src="c.svg">'
        '<a href="#"></a><a href="https://example.org/x"></a><a href="playground/index.html"></a>'
    )
    (tmp_path / "b.html").write_text('<h1 id="there">b</h1><a href="a.html">a</a>')
    assert links.broken(tmp_path) == ["a.html: b.html#gone", "a.html: c.svg"]


def test_the_reference_tells_of_every_public_name():
    told = [name for names in reference.topics().values() for name in names]
    assert sorted(told) == sorted(ag.__all__)
    assert set(reference.INTRODUCTIONS) == set(reference.topics())
    for name in told:
        assert name in reference.about(name)


@pytest.mark.parametrize("name", reference.MADE)
def test_the_reference_tells_of_the_methods_of_what_is_made(name):
    made, of = reference.MADE[name]
    told = reference.about(name)
    public = {m for m in vars(of) if not m.startswith("_") and hasattr(of, m)} - {"f", "backend"}
    assert public <= set(reference.METHODS[made])
    for method in public:
        assert f"{made}.{method}" in told
        assert len(getattr(of, method).__doc__.splitlines()) > 1 or method == "source"
    if name == "compile":
        assert (
            'fast.map(*args, in_axes=0, reduce=None, exact=False, errors="raise"'
            in told.replace("'", '"')
        )


def test_demos_that_are_not_run_are_there():
    names = {path.stem for path in gallery.DEMOS.glob("[0-9]*.py")}
    assert set(gallery.LONG) <= names
    titles = [gallery.title(gallery.DEMOS / f"{name}.py") for name in sorted(names)]
    assert len(set(titles)) == len(titles)
    assert max(map(len, titles)) < 60
