"""A small calibration: where is the camera?  SciPy's least_squares with an exact Jacobian.

Six points of a room are seen in a photograph; the camera's place, its three angles and its focal
length are looked for.  Twelve residuals, seven unknowns.  Needs `pip install numpy scipy`.
"""

try:
    import numpy as np
    from scipy.optimize import least_squares
except ImportError:
    raise SystemExit("this demo needs: pip install numpy scipy") from None

import autograd as ag

POINTS = np.array(
    [[0, 0, 0], [4, 0, 0], [4, 3, 0], [0, 3, 0], [0, 0, 2.5], [4, 3, 2.5]], dtype=float
)
TRUE = np.array([2.0, -7.0, 1.6, 0.1, -0.05, 0.03, 800.0])


def seen(camera):
    """Where the points fall in the picture, in pixels: x and y of each in turn."""
    yaw, pitch, roll = camera[3:6]
    focal = camera[6]
    pixels = []
    for point in POINTS:
        x, y, z = point - camera[:3]  # y looks into the picture, z up
        x, y = ag.cos(yaw) * x + ag.sin(yaw) * y, ag.cos(yaw) * y - ag.sin(yaw) * x
        y, z = ag.cos(pitch) * y + ag.sin(pitch) * z, ag.cos(pitch) * z - ag.sin(pitch) * y
        x, z = ag.cos(roll) * x + ag.sin(roll) * z, ag.cos(roll) * z - ag.sin(roll) * x
        pixels += [focal * x / y, -focal * z / y]
    return np.array(pixels)


photograph = seen(TRUE)


def residuals(camera):
    """What is wrong, in pixels."""
    return seen(camera) - photograph


start = np.array([1.0, -9.0, 1.0, 0.0, 0.0, 0.0, 1000.0])
fit = least_squares(residuals, start, jac=ag.jacobian(residuals), x_scale="jac", xtol=1e-14)
print("camera   =", " ".join(f"{x:.6f}" for x in fit.x))
print(f"residual : at most {np.abs(fit.fun).max():.1e} pixels, after {fit.njev} Jacobians")
