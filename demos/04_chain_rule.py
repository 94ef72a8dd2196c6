"""The chain rule: z = t², t = x + y, so dz/dx = dz/dt · dt/dx = 2t · 1.

And the sum rule: where a value is used twice, its gradient is the sum over both paths.
"""

import autograd as ag

x, y = ag.Value(2, "x"), ag.Value(3, "y")
t = x + y
t.label = "t"
z = t**2
z.label = "z"
z.backward()

print(f"dz/dt = 2t = {t.grad:g}, dz/dx = dz/dy = 2(x + y) = {x.grad:g}")
ag.save(z, "chain_rule.svg")

x = ag.Value(2, "x")
y = x * x + 3 * x
y.label = "y"
y.backward()

print()
print(ag.explain(y, x))
ag.save(y, "sum_rule.svg")
