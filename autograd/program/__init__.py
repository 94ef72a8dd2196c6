"""Programs: a recorded graph as steps, replayed in any arithmetic and as machine code.

`recording` (what f did, as columns), `steps` (the straight line made of it, with derivatives), and
one table for each target.
"""
