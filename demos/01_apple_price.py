"""The price of apples: a graph of two multiplications, and what each input is worth to it.

Two apples at 100 each, with 10 % tax.  If an apple costs 1 more, how much more is paid?
"""

import autograd as ag

apple = ag.Value(100, "apple")
count = ag.Value(2, "count")
tax = ag.Value(1.1, "tax")

price = apple * count * tax
price.label = "price"
price.backward()

print(f"price = {price.data:.6g}")
for x in (apple, count, tax):
    print(f"d price / d {x.label} = {x.grad:.6g}")

# The price is linear in the apple's price: 20 more for an apple is exactly 20 x 2.2 more to pay.
print()
print(ag.what_if(price, {apple: 120}))

ag.save(price, "price.svg")
print("\nThe graph, values above the edges and gradients below them, is in price.svg.")
