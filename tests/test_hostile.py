"""Hostile text in every place where a user's text goes, through every format that a graph has.

Whatever the text, a file has the structure that it has with a tame one, and is well formed.
"""

import html.parser
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, named_scope

PIECES = [
    *("<script>alert(1)</script>", "</script>", "<!--", "-->", "]]>", "&amp;", "&#0;", "&"),
    *('"', "'", "`", "\\", "\\N", "\\l", "$", "%", "{", "}", "|", "<b>", "</b>", "=", ";", "#"),
    *('<a> URL="javascript:alert(1)" k=<b>', '<a>]e[image="/etc/passwd" k=<b>', "\\write18{ls}"),
    *("\x00", "\x07", "\x1b[31m", "\r\n", "\t", "\x85", "\u2028", "\ufffe", "\uffff"),
    *("\ud800", "\udfff", "\udcff", "\u202e", "\u200b", "\u2066", "e\u0301", "りんご", "😀", "א"),
    *("{0}", "{x}", "%s", "${jndi:ldap://x}", "__proto__", "constructor", "x" * 300, " ", "a"),
]
# After a letter: what is left of a text of control characters alone is no label.
TEXT = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(lambda all: "a" + "".join(all))


TAME = ("t", "a tame text", "a tame text that is cut as it is so long " * 3)
RIM = ("paint-order", "stroke", "stroke-width")
SIGNS = {f"\\{name}" for name in ("textless", "textgreater", "textbar", "textquotedbl")}
SIGNS |= {f"\\text{name}" for name in ("backslash", "asciitilde", "asciicircum")}


class Skeleton(html.parser.HTMLParser):
    """The tags and the names of attributes in an HTML file, without its texts."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found += [(tag, name) for name, _ in (("", None), *attrs) if name not in RIM]

    def handle_comment(self, data):
        self.found.append(("comment",))

    def handle_decl(self, decl):
        self.found.append((decl,))


def html_skeleton(page):
    return set(Skeleton(page).found) - {("title", "")}


def elements(root):
    """Each kind of element with each attribute's name, but what long texts alone have.

    That is a title where one is cut, and a white rim where one crosses a line.
    """
    for e in root.iter():
        if not e.tag.endswith("title"):
            yield from ((e.tag, name) for name in {"": "", **e.attrib} if name not in RIM)


def xml_skeleton(text):
    return set(elements(ET.fromstring(text)))


def dot_skeleton(text):
    """What stands outside of quotes as Graphviz reads them, and the elements of HTML-like texts."""
    found = set()

    def quoted(match):
        if match[0].startswith("<"):
            found.update(elements(ET.fromstring(f"<x>{match[0][1:-1]}</x>")))
        return "…"

    outside = re.sub(r'"(?:[^"\\]|\\.)*"|<<.*?>>', quoted, text)
    return found | {re.sub("[-0-9.]+", "0", word) for word in outside.split()}


def tex_skeleton(text):
    """The commands, but for those that stand for single signs."""
    assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")
    return set(re.findall(r"\\[A-Za-z]+", text)) - SIGNS


def mermaid_skeleton(text):
    return {re.sub('[0-9]+|".*?"', "…", line) for line in text.split("\n")}


def graph(text, where):
    """A small graph with this text at one place and tame texts at the others, and its options."""
    said = dict.fromkeys(("leaf", "inner", "output", "scope", "formula", "derivative"), "tame")
    said[where] = text
    x, w = Value(2.0, said["leaf"]), Value(3.0, "w")
    with named_scope(said["scope"], said["formula"], said["derivative"]):
        h = x * w
        h.label = said["inner"]
        y = h * h + x
    y.label = said["output"]
    return y, x


SKELETONS = {
    "svg": xml_skeleton,
    "html": html_skeleton,
    "dot": dot_skeleton,
    "tex": tex_skeleton,
    "mmd": mermaid_skeleton,
}
PLACES = ("leaf", "inner", "output", "scope", "formula", "derivative")


def written(y, folder, suffix, **options):
    path = Path(folder) / f"y.{suffix}"
    ag.save(y, path, **options)
    return path.read_bytes()


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("suffix", SKELETONS)
@settings(max_examples=3)
@given(text=TEXT, fold=st.booleans())
@example(text="a" + "".join(PIECES[:22]), fold=True)
@example(text="a\ud800\x00\u202e", fold=False)
def test_a_file_has_the_structure_that_it_has_with_a_tame_text(
    tmp_path_factory, suffix, where, text, fold
):
    folder = tmp_path_factory.getbasetemp()
    skeleton = SKELETONS[suffix]
    found, *tame = (
        skeleton(written(graph(t, where)[0], folder, suffix, fold=fold).decode())
        for t in (text, *TAME)
    )
    assert found <= set().union(*tame)


@pytest.mark.parametrize("where", PLACES)
@settings(max_examples=2)
@given(text=TEXT)
@example(text="a" + "".join(PIECES[:22]))
@example(text="a\ud800\x00\u202e")
def test_paper_and_pixels(tmp_path_factory, where, text):
    folder = tmp_path_factory.getbasetemp()
    y, _ = graph(text, where)
    assert written(y, folder, "png").startswith(b"\x89PNG\r\n\x1a\n")
    page = written(y, folder, "pdf")
    assert page.startswith(b"%PDF-") and b"/URI" not in page and b"/JavaScript" not in page


@pytest.mark.parametrize("where", PLACES)
@settings(max_examples=5)
@given(text=TEXT)
@example(text="a\ud800\x00\u202e</script>")
def test_worksheets_quizzes_and_words(tmp_path_factory, where, text):
    folder = tmp_path_factory.getbasetemp()
    (y, x), (tame, _) = graph(text, where), graph("a tame text", where)
    ag.worksheet(y, folder / "a.html")
    ag.worksheet(tame, folder / "b.html")
    a, b = ((folder / name).read_text("utf-8") for name in ("a.html", "b.html"))
    assert html_skeleton(a) == html_skeleton(b)
    ag.quiz(y, folder / "a.xml")
    ag.quiz(tame, folder / "b.xml")
    a, b = ((folder / name).read_text("utf-8") for name in ("a.xml", "b.xml"))
    assert sorted(e.tag for e in ET.fromstring(a).iter()) == sorted(
        e.tag for e in ET.fromstring(b).iter()
    )
    for told in (ag.tree(y), str(ag.explain(y, x)), str(ag.what_if(y, {x: 5.0})), repr(y)):
        told.encode()
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told)


@pytest.mark.parametrize("where", PLACES)
@settings(max_examples=5)
@given(text=TEXT)
@example(text="a\ud800\x00\u202e")
def test_json_keeps_every_text_to_the_last_character(tmp_path_factory, where, text):
    path = tmp_path_factory.getbasetemp() / "y.json"
    y, _ = graph(text, where)
    ag.save(y, path)
    json.loads(path.read_bytes())
    twin = ag.load(path)
    assert (twin.label, twin.scopes, twin.inputs[0].inputs[0].label) == (
        y.label,
        y.scopes,
        y.inputs[0].inputs[0].label,
    )
    assert twin.scope.formula == y.scope.formula and twin.scope.derivative == y.scope.derivative


@pytest.mark.parametrize("suffix", SKELETONS)
@settings(max_examples=3)
@given(text=TEXT)
@example(text="a\ud800\x00\u202e")
def test_names_and_own_primitives(tmp_path_factory, suffix, text):
    folder = tmp_path_factory.getbasetemp()

    def skeleton(text):
        twice = ag.primitive("twice", lambda x: 2.0 * x, lambda x, y: 2.0, symbol=text)
        x = Value(1.5)
        return SKELETONS[suffix](written(twice(x), folder, suffix, names={text: x}).decode())

    assert skeleton(text) <= set().union(*map(skeleton, TAME))
