"""The fruit basket of the book: 2 apples at 100, 3 oranges at 150, tax 10 %.

An addition passes the gradient on; a multiplication swaps its inputs.
"""

import autograd as ag

apple, apples = ag.Value(100, "apple"), ag.Value(2, "apples")
orange, oranges = ag.Value(150, "orange"), ag.Value(3, "oranges")
tax = ag.Value(1.1, "tax")

price = (apple * apples + orange * oranges) * tax
price.label = "price"
price.backward()

print(ag.tree(price))
for x in (apple, apples, orange, oranges, tax):
    print(f"d price / d {x.label} = {x.grad:.6g}")

ag.save(price, "fruit_basket.svg")
