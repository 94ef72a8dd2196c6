"""Shopping: 2 apples and 3 oranges with 20 % tax, and three questions.

How much more is paid if an apple costs 10 more, if an orange costs 5 more, if the tax falls to
10 %?  Each question alone: the exact new total, beside the estimate gradient x change.
"""

import autograd as ag

apple, orange, tax = ag.Value(100, "apple"), ag.Value(125, "orange"), ag.Value(1.2, "tax")

total = (2 * apple + 3 * orange) * tax
total.label = "total"
total.backward()

print(f"total = {total.data:.6g}")
for question, change in (
    ("an apple costs 10 more", {apple: 110}),
    ("an orange costs 5 more", {orange: 130}),
    ("the tax falls to 10 %", {tax: 1.1}),
):
    answer = ag.what_if(total, change)
    print(f"{question}: {answer.change:+.6g}, estimated {answer.estimate:+.6g}")

ag.save(total, "shopping.svg")
