"""The core: how a gradient is computed.  It imports nothing of the package outside itself.

Read in this order: `primitives` (operations and their partial derivatives), `value` and `node`
(recording, and the sweep that applies the chain rule): these tell how a gradient comes about.  Then
`sweeps` (the same rule whatever it carries, both ways), `graph` (gradients that are graphs),
`nested` (lists and arrays of Values), `leaves` (the numbers of many), `elementary` (the other
primitives), `operand` (what else a rule may be called with), `document` (a graph as JSON), and, the
hardest, `context` (what surrounds a recording, whatever thread it is in and whenever Ctrl-C comes).
AUTOGRAD_PLAIN=1 in the environment takes the Python source where a compiled build lies beside it;
so does a second interpreter in one process: machine code belongs to the one that loaded it first.
"""

import os
import sys
from importlib import import_module
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader

_plain = bool(os.environ.get("AUTOGRAD_PLAIN"))
if not _plain:
    try:
        import_module("autograd.core.context")
    except ImportError as error:
        _plain = "one interpreter" in str(error)
        if not _plain:
            raise
if _plain:
    for _folder in (__path__[0], os.path.dirname(__path__[0])):
        sys.path_importer_cache[_folder] = FileFinder(_folder, (SourceFileLoader, SOURCE_SUFFIXES))
