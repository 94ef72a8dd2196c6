"""The sigmoid taken apart, ×(−1) → exp → +1 → 1/x, and put together again: y (1 − y).

And tanh composed from exp, as its definition says, with the gradient of the primitive.
"""

import autograd as ag
from autograd.core.node import inputs_first

x = ag.Value(1, "x")
y = 1 / ((-x).exp() + 1)
y.label = "y"
y.backward()

print("apart:    ", " → ".join(f"{v.data:.4f}" for v in inputs_first(y) if v.op))
print(f"           dy/dx = {x.grad}")
ag.save(y, "sigmoid_by_hand.svg")

x = ag.Value(1, "x")
y = ag.sigmoid(x)
y.label = "y"
y.backward()

print(f"together:  y = {y.data}, dy/dx = {x.grad}")
print(f"           y (1 − y)   = {y.data * (1 - y.data)}")
ag.save(y, "sigmoid_apart.svg")  # the four nodes in a box named sigmoid
ag.save(y, "sigmoid_together.svg", fold=True)  # the same box as one node


@ag.named_scope("tanh")
def tanh_by_definition(x):
    """(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), from additions, multiplications, exp and 1/x."""
    e, f = ag.exp(x), ag.exp(-x)
    return (e - f) / (e + f)


x = ag.Value(0.5, "x")
y = tanh_by_definition(x)
y.label = "y"
y.backward()

x2 = ag.Value(0.5, "x")
ag.tanh(x2).backward()
print(f"tanh:      composed {x.grad:.15g}, primitive {x2.grad:.15g}, 1 − y² {1 - y.data**2:.15g}")
ag.save(y, "tanh_apart.svg")
