"""Machine code kept on disk, so that the next process need not compile it.

It is in a folder that nobody else can write to: `AUTOGRAD_CACHE`, or `scalar-autograd` where the
system keeps caches; `AUTOGRAD_CACHE=""` does without.  Invariant: what is read is what was written.
A file is a digest, of its name too, and the object file; it is written aside and renamed.  What was
not used longest goes first.
"""

import os
import sys
from functools import cache
from pathlib import Path

MOST_BYTES = 256 * 2**20
DIGEST = 32


@cache
def folder() -> Path | None:
    """The cache, made where it is not there; None where there can be none that is one's own."""
    named = os.environ.get("AUTOGRAD_CACHE")
    if named == "":
        return None
    home = {"win32": "~/AppData/Local", "darwin": "~/Library/Caches"}.get(sys.platform, "~/.cache")
    general = os.environ.get("XDG_CACHE_HOME") or home
    place = Path(named or Path(general, "scalar-autograd")).expanduser()
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = place.stat()
    except OSError:
        return None
    others = os.name == "posix" and (state.st_uid != os.geteuid() or state.st_mode & 0o077)
    return None if others else place


def read(name: str) -> bytes | None:
    """The object file of that name, if it is there and whole: LLVM aborts the process otherwise."""
    place = folder()
    if place is None:
        return None
    path = place / f"{name}.o"
    try:
        data = path.read_bytes()
        found = data[DIGEST:]
        if _digest(name, found) != data[:DIGEST]:
            path.unlink()
            return None
        os.utime(path)  # used now
    except OSError:
        return None
    return found


def _digest(name: str, data: bytes) -> bytes:
    """Of the name too: the code of another program, under this one's name, is not to be run."""
    from hashlib import sha256  # which, as tempfile, takes its time to load

    told = sha256(name.encode())
    told.update(data)
    return told.digest()


def write(name: str, data: bytes) -> None:
    """Keep the object file; where it cannot be, the next process compiles again."""
    from tempfile import NamedTemporaryFile

    place = folder()
    if place is None:
        return
    try:
        with NamedTemporaryFile(dir=place, suffix=".new", delete=False) as file:
            try:
                file.write(_digest(name, data) + data)
                file.close()
                os.replace(file.name, place / f"{name}.o")
            except BaseException:
                file.close()
                os.unlink(file.name)
                raise
        _bound(place)
    except OSError:
        return


def _bound(place: Path) -> None:
    """Delete what was not used longest until the rest is less than three quarters of the bound."""
    files = [(f.stat().st_mtime, f.stat().st_size, f) for f in place.iterdir()]
    total = sum(size for _, size, _ in files)
    if total <= MOST_BYTES:
        return
    for _, size, file in sorted(files):
        if total <= 0.75 * MOST_BYTES:
            return
        file.unlink(missing_ok=True)
        total -= size


def clear_cache() -> None:
    """Delete the machine code that is kept on disk; what is loaded goes on.

    It is in the folder named by the environment's AUTOGRAD_CACHE, else in `scalar-autograd` where
    the system keeps caches (`~/.cache` on Linux), at most 256 MB of it.  Raises OSError where a
    file cannot be deleted.

    >>> clear_cache()
    """
    place = folder()
    for file in place.iterdir() if place else ():
        if file.suffix in (".o", ".new"):
            file.unlink(missing_ok=True)
