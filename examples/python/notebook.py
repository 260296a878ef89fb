# %% A sweep of a parameter, its picture, and paths with Z of one of its runs: python notebook.py [DIM]
import sys
import tempfile
from pathlib import Path

import numpy as np

import deepbsde

dim = int(sys.argv[1]) if len(sys.argv) > 1 else 20
folder = Path(tempfile.mkdtemp())

# %% Each value of lambda is a run of its own; the picture has the answers with their errors.
table = deepbsde.command("sweep", "hjb", dim=dim, set="lambda=0.5,1,2,4", quiet=True, out=folder / "sweep", plot=folder / "sweep.svg")
for row in table["runs"]:
    print(f"lambda {row['parameters']['lambda']:4g}: {row['value']:.5f} +- {row.get('error') or float('nan'):.2g}, trusted: {row['trust']}")

# %% Paths of the first run. Y follows u(t, X), and Z is sigma'grad u.
run = deepbsde.Run(folder / "sweep" / "00001")
p = run.paths(paths=256)
print("paths, steps, d:", p["X"].shape[0], p["Z"].shape[1], p["Z"].shape[2])
print(f"|Y - g(X)| at the end, root mean square: {np.sqrt(np.mean((p['Y'][:, -1] - p['g']) ** 2)):.3g}")
print(f"mean norm of Z: {np.linalg.norm(p['Z'], axis=2).mean():.3g}")

# %% A picture of them, where matplotlib is there.
try:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.plot(p["t"], p["Y"][:20].T, lw=0.7)
    plt.xlabel("t")
    plt.ylabel("Y")
    plt.savefig(folder / "paths.png")
except ImportError:
    print("no matplotlib: deepbsde plot draws too")
print("pictures are in", folder)
