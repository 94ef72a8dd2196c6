# C types for primitives.py, as in node.pxd.
cdef class Primitive:
    cdef readonly object forward, name, symbol
    cdef readonly tuple partials
    cpdef of(self, a, b=*)
    cpdef value(self, numbers, operands)
    cpdef slopes(self, numbers, y)

cdef _slope(rule, tuple at)
