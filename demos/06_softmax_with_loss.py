"""Softmax with cross-entropy loss: the gradient of the scores is y − t.

The softmax is recorded as it is computed, exp by exp; nobody told the graph the rule y − t.
"""

import autograd as ag

scores = ag.values([0.3, 2.9, 4.0], "a")
t = [0, 0, 1]

y = ag.softmax(scores)
loss = ag.cross_entropy_error(y, t)
loss.label = "L"
loss.backward()

print(f"loss = {loss.data:.6f}")
print("   y       t   y − t      gradient of the score")
for a, p, k in zip(scores, y, t, strict=True):
    print(f"{p.data:.6f}   {k}  {p.data - k:+.6f}   {a.grad:+.6f}")

ag.save(loss, "softmax_with_loss.svg")
ag.save(loss, "softmax_with_loss_folded.svg", fold=True)

# The book's figure has every output of the softmax go into the loss, with its target.  Terms of a
# plain 0 are left out of the sum; targets that are Values keep theirs.
book = ag.cross_entropy_error(ag.softmax(ag.values([0.3, 2.9, 4.0], "a")), ag.values(t, "t"))
book.label = "L"
book.backward()
ag.save(book, "softmax_with_loss_book.svg", fold=True)

# The same loss in one step is right even where the probability of the target is tiny.
far = ag.values([0.0, 40.0], "a")
tiny = ag.softmax_cross_entropy(far, 1)
tiny.backward()
print(f"\na loss of {tiny.data:.4e} has the gradient {far[1].grad:.4e}")
