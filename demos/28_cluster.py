"""A gradient over ten million rows on several processes, one of which is killed on the way.

The compiled function goes to the workers of a cluster as its program, a few kilobytes.  Each
adds up its shards; the shards' sums are added by twos, as one process adds its spans: so the result
is that of one machine to the last bit, whatever fails on the way.  Ray, Spark and joblib need no
more than this function either: `ray.remote(shard)`, `rdd.map(shard)`, `joblib.delayed(shard)`.
Needs `pip install numpy llvmlite dask distributed`.  Run: `python demos/28_cluster.py [rows]`
"""

import os
import signal
import sys
import time

try:
    import numpy as np
    from dask.distributed import Client, LocalCluster, wait
except ImportError:
    raise SystemExit("this demo needs: pip install numpy llvmlite dask distributed") from None

import autograd as ag
from autograd.program.rows import SPAN, by_twos

WEIGHTS = [0.3, -0.2, 0.1]


def loss(w, x, t):
    """Logistic regression on one row."""
    z = w[0] * x[0] + w[1] * x[1] + w[2]
    return ag.softplus(z) - t * z


FAST = ag.compile(loss)


def data(start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows start to stop; in earnest they are read from a file."""
    i = np.arange(start, stop, dtype=float)
    x = np.column_stack([np.sin(0.1 * i), np.cos(0.37 * i)])
    return x, (np.sin(0.77 * i) > 0) * 1.0


def shard(fast, start: int, stop: int) -> np.ndarray:
    """The sum of value and gradient over some rows, SPAN times a power of two of them."""
    x, t = data(start, stop)
    value, slopes = fast.map_value_and_grad(
        WEIGHTS, x, t, in_axes=(None, 0, 0), reduce="sum", workers=1
    )
    return np.array([value, *slopes])


def main(rows: int) -> None:
    """The same sum twice: by the cluster, and here."""
    shard(FAST, 0, 8)  # traced here once: what travels is the program
    size = 4 * SPAN
    shards = [(start, min(start + size, rows)) for start in range(0, rows, size)]
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        began = time.perf_counter()
        parts = [client.submit(shard, FAST, *s, pure=False) for s in shards]
        wait(parts, return_when="FIRST_COMPLETED")
        killed = next(iter(client.run(os.getpid).values()))
        os.kill(killed, signal.SIGKILL)
        print(f"killed worker {killed} with {sum(p.done() for p in parts)} of {len(parts)} done")
        theirs = by_twos(client.gather(parts))
        print(f"{rows:,} rows in {len(parts)} shards: {time.perf_counter() - began:.1f} s")
    x, t = data(0, rows)
    value, slopes = FAST.map_value_and_grad(WEIGHTS, x, t, in_axes=(None, 0, 0), reduce="sum")
    print(f"value {value}, gradient {slopes}")
    same = theirs.tolist() == [value, *slopes]
    print(f"the same to the last bit: {same}")
    assert same


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
