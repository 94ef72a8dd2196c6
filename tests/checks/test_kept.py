"""Outcomes of this room as they were when they were looked at and found right, kept in `kept/`.

`scenes.py` tells what they are: every slip in each rule, the slips at nodes of small graphs, the
accounts of planted mistakes, numerical derivatives with their errors, the reports on engines with
planted bugs.  A change of what users read shows here; `python tests/checks/test_kept.py` writes
the files anew: read the difference before you commit it.
"""

from pathlib import Path

import pytest
from scenes import PARTS

KEPT = Path(__file__).parent / "kept"


def read(file):
    """The parts of a file: lines below their titles."""
    parts = {}
    for line in (KEPT / f"{file}.txt").read_text("utf-8").splitlines():
        if line.startswith("== "):
            lines = parts[line[3:]] = []
        else:
            lines.append(line)
    return parts


@pytest.mark.parametrize(
    ("file", "part"), [(file, part) for file, parts in PARTS.items() for part in parts]
)
def test_the_outcome_is_the_kept_one(file, part):
    kept, found = read(file)[part], list(PARTS[file][part]())
    for line, (old, new) in enumerate(zip(kept, found, strict=False)):
        assert old == new, f"line {line} of {part}"
    assert len(kept) == len(found)


@pytest.mark.parametrize("file", PARTS)
def test_nothing_else_is_kept(file):
    assert list(read(file)) == list(PARTS[file])


def main():
    KEPT.mkdir(exist_ok=True)
    for file, parts in PARTS.items():
        lines = [line for part, made in parts.items() for line in (f"== {part}", *made())]
        (KEPT / f"{file}.txt").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
