"""Worksheets for the textbook's exercises: pages to print, or to fill in on the screen.

Written to the folder `worksheets`: some gradients are blanks, the answer key is folded in at the
end, and "Check" names the likely slip.
"""

from pathlib import Path

import autograd as ag

folder = Path("worksheets")
folder.mkdir(exist_ok=True)


def sheet(name, y, label, **options):
    """Write one worksheet."""
    y.label = label
    ag.worksheet(y, folder / f"{name}.html", **options)
    print(folder / f"{name}.html")


apple, count, tax = ag.Value(100, "apple"), ag.Value(2, "count"), ag.Value(1.1, "tax")
sheet("1_apple_price", apple * count * tax, "price", blanks=4)

apple, orange, tax = ag.Value(100, "apple"), ag.Value(125, "orange"), ag.Value(1.2, "tax")
sheet("2_shopping", (2 * apple + 3 * orange) * tax, "total", blanks=5)

apple, apples = ag.Value(100, "apple"), ag.Value(2, "apples")
orange, oranges, tax = ag.Value(150, "orange"), ag.Value(3, "oranges"), ag.Value(1.1, "tax")
sheet("3_fruit_basket", (apple * apples + orange * oranges) * tax, "price", blanks=6)

x, y = ag.Value(2, "x"), ag.Value(3, "y")
t = x + y
t.label = "t"
sheet("4_chain_rule", t**2, "z", blanks=3)

sheet("6_sigmoid", ag.sigmoid(ag.Value(1, "x")), "y", blanks=4)

scores = ag.values([0.3, 2.9, 4.0], "a")
sheet("12_softmax_with_loss", ag.cross_entropy_error(ag.softmax(scores), 2), "L", blanks=12)
