"""The table of promises names tests that are there."""

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "promises.md"
ROW = re.compile(r"^\| (?P<promise>[^|]+) \| (?P<kept>`.+`) \|$", re.M)


def test_every_promise_has_its_tests():
    text = PAGE.read_text("utf-8").partition("## Figures")[0]
    rows = ROW.findall(text)
    assert len(rows) > 50
    heads = text.count("|---|---|")
    assert len(rows) + heads == sum(line.startswith("| ") for line in text.split("\n"))
    for promise, kept in rows:
        for part in kept.split("; "):
            file, *names = re.findall(r"`([^`]+)`", part)
            defined = re.findall(r"^def (test_\w+)", (HERE / file).read_text("utf-8"), re.M)
            assert names and set(names) <= set(defined), f"{promise}: {file}"
