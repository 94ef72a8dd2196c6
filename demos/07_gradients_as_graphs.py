"""The gradient of a graph is a graph: of the apple price, of the sigmoid, and tanh″."""

import autograd as ag

apple, count, tax = ag.Value(100, "apple"), ag.Value(2, "count"), ag.Value(1.1, "tax")
price = apple * count * tax
names = ["∂price/∂apple", "∂price/∂count", "∂price/∂tax"]
slopes = ag.gradients(price, [apple, count, tax])
for name, slope in zip(names, slopes, strict=True):
    slope.label = name
    print(f"{name} = {slope.data:.12g}")
ag.save(slopes, "apple_gradients.svg")

x = ag.Value(1, "x")
y = ag.sigmoid(x)
y.label = "y"
(dy,) = ag.gradients(y, [x])
dy.label = "dy/dx"
print(f"sigmoid:  dy/dx = {dy.data:.16g}")
print(
    f"          y² e⁻ˣ = {y.data**2 * ag.exp(-1):.16g} = y (1 − y) = {y.data * (1 - y.data):.16g}"
)
ag.save(dy, "sigmoid_gradient.svg")  # the four nodes of the sigmoid, and y² e⁻ˣ above them

x = ag.Value(0.5, "x")
y = ag.tanh(x)
(dy,) = ag.gradients(y, [x])
(ddy,) = ag.gradients(dy, [x])
ddy.label = "d²y/dx²"
print(f"tanh:     d²y/dx² = {ddy.data:.15g}, −2 y (1 − y²) = {-2 * y.data * (1 - y.data**2):.15g}")
ag.save(ddy, "tanh_second_derivative.svg")
