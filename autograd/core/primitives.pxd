# C types for primitives.py, as in node.pxd.
cdef class Primitive:
    cdef readonly object forward, name, partials, symbol
    cpdef value(self, numbers, operands)
    cpdef slopes(self, numbers, y)

cdef _slope(rule, numbers, y)
