"""A derivation by hand, checked node by node: where it first goes wrong, and by which slip."""

import autograd as ag


def check(y, by_hand, **options):
    """The verdict on numbers derived by hand, as a test would show it."""
    try:
        ag.assert_gradients(y, by_hand, **options)
        print("right\n")
    except AssertionError as mismatch:
        print(f"{mismatch}\n")


# Two apples at 100 each, 10 % tax.
apple, count, tax = ag.Value(100, "apple"), ag.Value(2, "count"), ag.Value(1.1, "tax")
apples = apple * count
apples.label = "price of the apples"
price = apples * tax

check(price, {apples: 1.1, tax: 200, apple: 2.2, count: 110})
# The wrong number of an inner node spoils all below it: it alone is to blame.
check(price, {apples: 1.21, tax: 200, apple: 2.42, count: 121})

# A number that is used three times: each use brings a share.
x = ag.Value(3.0, "x")
check(x * x + 3 * x, {x: 6})

# sigmoid'(1) with tanh's rule, in the four digits that were worked out on paper.
x = ag.Value(1.0, "x")
check(ag.sigmoid(x), {x: 0.1966}, digits=4)
check(ag.sigmoid(x), {x: 0.4656}, digits=4)

# The same from a formula, beside backpropagation and finite differences; and at a kink.
print(ag.gradcheck(ag.tanh, 0.5, hand=lambda x: 1 - ag.tanh(x) ** 2), "\n")
print(ag.gradcheck(ag.relu, 0.0))
