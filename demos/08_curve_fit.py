"""A curve through points: SciPy's minimize with the exact gradient and the exact Hessian.

The model is a (1 − e^(−b t)) + c, the data BoxBOD's kind of saturating growth with an offset.
Needs `pip install numpy scipy`.
"""

try:
    import numpy as np
    from scipy.optimize import minimize
except ImportError:
    raise SystemExit("this demo needs: pip install numpy scipy") from None

import autograd as ag

t = np.array([0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0])
measured = np.array([3.1, 4.2, 5.9, 6.9, 8.0, 8.5, 8.8])


def loss(p):
    """Half the sum of the squared residuals, of the parameters a, b, c."""
    model = p[0] * (1.0 - np.exp(-p[1] * t)) + p[2]
    return 0.5 * ((model - measured) ** 2).sum()


fit = minimize(
    ag.value_and_grad(loss),
    np.array([5.0, 1.0, 0.0]),
    jac=True,
    hess=ag.hessian(loss),
    method="trust-exact",
)
print("a, b, c  =", np.round(fit.x, 6))
print(f"loss     = {fit.fun:.6f} after {fit.nit} steps")
print(f"gradient : at most {np.abs(fit.jac).max():.1e}")
errors = np.sqrt(np.diag(np.linalg.inv(ag.hessian(loss)(fit.x))) * 2 * fit.fun / (len(t) - 3))
print("± (from the Hessian)", np.round(errors, 3))
