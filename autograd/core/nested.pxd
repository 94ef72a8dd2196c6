# C types for nested.py, as in node.pxd.
from autograd.core.context cimport use

cpdef bint is_array(object x)
cpdef bint is_nested(object x)
cpdef scalar(object x)
cpdef number(object x)
cpdef peek(object x)
