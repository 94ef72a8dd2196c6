"""Bundle adjustment: cameras and points found from 100,000 observations, by exact Jacobians.

A point seen by a camera lands on its image; the residual is where it was seen less where it should
be.  The residuals of all observations and their Jacobian, 2 × 9 numbers each, are computed at once
into arrays made beforehand (`out=`); `scipy.optimize.least_squares` takes them as a sparse matrix.
Needs `pip install numpy scipy llvmlite`.
Run: `python demos/27_bundle_adjustment.py [observations]`
"""

import sys
import time

try:
    import numpy as np
    from scipy.optimize import least_squares
    from scipy.sparse import csr_array
except ImportError:
    raise SystemExit("this demo needs: pip install numpy scipy llvmlite") from None

import autograd as ag

FOCUS = 500.0


@ag.compile
def residual(camera, point, seen):
    """Where a point lands on the image of a camera, less where it was seen.

    A camera is its rotation (an axis times an angle, small here) and its place.
    """
    x, y, z = [point[i] + camera[3 + i] for i in range(3)]
    a, b, c = camera[0], camera[1], camera[2]
    x, y, z = x + b * z - c * y, y + c * x - a * z, z + a * y - b * x
    return np.array([FOCUS * x / z - seen[0], FOCUS * y / z - seen[1]])


def main(observations: int) -> None:
    """Make a scene, disturb it, find it again."""
    rng = np.random.default_rng(0)
    n_cameras, n_points = 40, observations // 40
    cameras = np.hstack([0.02 * rng.normal(size=(n_cameras, 3)), rng.normal(size=(n_cameras, 3))])
    cameras[:, 5] += 10.0
    points = rng.normal(size=(n_points, 3))
    i, j = [k.ravel() for k in np.mgrid[:n_cameras, :n_points]]  # each camera sees each point
    count = len(i)
    seen = residual.map(cameras[i], points[j], np.zeros((count, 2)))

    residuals = np.empty((count, 2))
    by_camera, by_point = np.empty((count, 2, 6)), np.empty((count, 2, 3))
    columns = np.hstack(
        [6 * i[:, None] + np.arange(6), 6 * n_cameras + 3 * j[:, None] + np.arange(3)]
    )
    starts = 9 * np.arange(2 * count + 1)
    spent = []

    def evaluated(x):
        start = time.perf_counter()
        at = x[: 6 * n_cameras].reshape(-1, 6)[i], x[6 * n_cameras :].reshape(-1, 3)[j], seen
        residual.map_value_and_jacobian(*at, argnums=(0, 1), out=(residuals, (by_camera, by_point)))
        spent.append(time.perf_counter() - start)

    def values(x):
        evaluated(x)
        return residuals.ravel().copy()

    def jacobian(x):
        evaluated(x)
        numbers = np.concatenate([by_camera, by_point], axis=2).ravel()
        indices = np.repeat(columns, 2, axis=0).ravel()
        return csr_array((numbers, indices, starts), shape=(2 * count, len(x)))

    true = np.concatenate([cameras.ravel(), points.ravel()])
    found = least_squares(
        values, true + 0.01 * rng.normal(size=len(true)), jacobian, x_scale="jac", max_nfev=8
    )
    print(f"{count:,} observations, {len(true):,} unknowns, {found.nfev} steps")
    print(f"error on the image: {np.sqrt(2 * found.cost / count):.1e} pixels at the end")
    print(f"residuals and Jacobians: {1e9 * np.median(spent) / count:.0f} ns an observation")
    assert np.sqrt(2 * found.cost / count) < 1e-2


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
