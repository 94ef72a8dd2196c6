# C types for functions.py, as in core/node.pxd.
import cython
from autograd.core.nested cimport is_array, is_nested, peek, scalar
from autograd.core.primitives cimport Primitive

cdef Primitive _absolute, _erfc, _exp, _expm1, _hypot, _log, _logaddexp, _maximum, _mul
cdef Primitive _negative_part, _reciprocal, _relu, _sign

cpdef sum_of(list terms, double divisor=*)
cdef _over(total, double scale, list operands)
@cython.locals(half=Py_ssize_t, i=Py_ssize_t)
cdef _added(list terms, Py_ssize_t start, Py_ssize_t stop)
cpdef checked(x, name, list operands)
cdef list _terms(xs)
@cython.locals(whole=Py_ssize_t, i=Py_ssize_t)
cdef _by_twos(Primitive function, list xs)
cpdef list below(list xs, m)
