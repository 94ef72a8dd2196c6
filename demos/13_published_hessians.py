"""Published Hessians, checked entry by entry: a factor 2, a sign, a term, each wrong for decades.

The test problems of optimisation (CUTEst) come with first and second derivatives that were worked
out by hand.  Solvers that are given a wrong one still arrive, only slower, so nobody notices.  The
formulas are written here with the names of the problems' own letters; Hessians by rows.
"""

import math

import autograd as ag


def check(problem, y, hessian):
    """What the check says of second derivatives {(a, b): number}."""
    print(problem)
    try:
        ag.assert_gradients(y, hessian, order=2)
        print("right\n")
    except AssertionError as mismatch:
        print(f"{mismatch}\n")


# HIMMELBB: u = x y (1 - x) r, with r = 1 - y - x (1 - x)⁵.  As published, d²u/dx² has the term
# y (1 - x) r', which the product rule brings in twice: once from x, once from r.
x, y = ag.Value(-1.2, "x"), ag.Value(0.8, "y")
u = x * y * (1 - x) * (1 - y - x * (1 - x) ** 5)
a, b = -1.2, 0.8
s = 1 - a
r, dr, ddr = 1 - b - a * s**5, -(s**4) * (1 - 6 * a), 10 * s**3 * (1 - 3 * a)
xy = s * r + a * s * dr - b * s + a * b - a * r
published = -2 * b * r - 2 * a * b * dr + b * s * dr + a * b * s * ddr
check("HIMMELBB as published:", u, {(x, y): xy, (y, y): -2 * a * s, (x, x): published})
check("with 2 y (1 - x) r':", u, {(x, x): published + b * s * dr})

# MAXLIKA: f = (1 - z) e / v, with e = exp(-(t - w)² / 2v²).  d²f/dzdv was copied from the element
# before it, u e / v: the minus of 1 - z is missing.
z, v, w = ag.Value(0.3, "z"), ag.Value(11.2, "v"), ag.Value(175.0, "w")
t = 165.0
f = (1 - z) * ag.exp(-((t - w) ** 2) / (2 * v**2)) / v
gap = t - 175.0
e = math.exp(-(gap**2) / (2 * 11.2**2))
de = e * gap**2 / 11.2**3
published = (de - e / 11.2) / 11.2
zw = -e * gap / 11.2**3
check("MAXLIKA as published:", f, {(z, z): 0.0, (z, w): zw, (z, v): published})
check("with a minus sign:", f, {(z, v): -published})

# GULF: f = exp(-A), with A = yᶜ / a.  df/da = A exp(-A) / a is a product of A and exp(-A), and both
# depend on c: as published, d²f/dadc has only the share of exp(-A).
p, c = ag.Value(5.0, "a"), ag.Value(0.15, "c")
k = 30.0  # y, as it is at the start
A = ag.power(k, c) / p
f = ag.exp(-A)
power = k**0.15 / 5.0
lost = math.log(k) * power * math.exp(-power) / 5.0
check("GULF as published:", f, {(p, p): (power - 2) * power * math.exp(-power) / 25.0,
                                (p, c): -power * lost})  # fmt: skip
check("with both terms:", f, {(p, c): lost - power * lost})
