"""A graph in words and numbers: drawn as a tree, taken apart path by path, asked "what if"."""

from autograd.words.explain import explain as explain
from autograd.words.text import columns as columns
from autograd.words.text import number as number
from autograd.words.text import show as show
from autograd.words.text import visible as visible
from autograd.words.tree import tree as tree
from autograd.words.what_if import what_if as what_if
