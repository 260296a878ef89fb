"""Runs the program deepbsde and reads what it writes. Needs numpy alone.

    import deepbsde
    answer = deepbsde.solve("hjb", dim=20, set={"lambda": 2}, seed=3)
    print(answer["value"], answer["error"], answer["trust"])
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

#: The program and its first words, as a list: from the environment variable DEEPBSDE, or on the PATH.
PROGRAM = os.environ.get("DEEPBSDE", "deepbsde").split()

#: What the exit status of solve means where there is an answer; see docs/cli.md.
ANSWERED = {0, 4}


class Error(RuntimeError):
    """The program has no answer. `status` is its exit status: 1 failed, 2 wrong usage, 3 diverged."""

    def __init__(self, status, text):
        super().__init__(text.strip())
        self.status = status


def words(flags):
    """The flags of a command from keywords: steps=40 is --steps 40, set={"r": 0.1} is --set r=0.1, quiet=True
    is --quiet. None and False leave a flag out. An underscore stands for a hyphen."""
    out = []
    for key, value in flags.items():
        name = "--" + key.rstrip("_").replace("_", "-")
        if isinstance(value, dict):
            for k, v in value.items():
                out += [name, f"{k}={v}"]
        elif value is True:
            out.append(name)
        elif value is not None and value is not False:
            out += [name, str(value)]
    return out


def command(*args, **flags):
    """What a command prints as JSON, for example command("eval", "run", at="0.1"). Raises Error without one."""
    done = subprocess.run(PROGRAM + [str(a) for a in args] + words(flags) + ["--json"], capture_output=True, text=True)
    if done.returncode not in ANSWERED or not done.stdout:
        raise Error(done.returncode, done.stderr)
    return json.loads(done.stdout)


def solve(problem, **flags):
    """The answer to a named problem or a problem file: a dict with value, error (half-width at 95 %, None where
    unknown), trust ("yes" or "no"), reasons, and the rest that solve prints as JSON. Keywords are the flags of solve."""
    return command("solve", problem, quiet=True, **flags)


class Run:
    """A saved run: the directory of solve --out. Whatever is not there yet is None."""

    def __init__(self, path):
        self.path = Path(path)
        self.manifest = json.loads((self.path / "run.json").read_text())
        result = self.path / "result.json"
        self.result = json.loads(result.read_text()) if result.exists() else None

    def metrics(self):
        """The columns of metrics.csv as arrays, by name."""
        table = np.genfromtxt(self.path / "metrics.csv", delimiter=",", names=True)
        return {name: np.atleast_1d(table[name]) for name in table.dtype.names}

    def parameters(self):
        """The arrays of the newest checkpoint by name, those of the network among them."""
        newest = sorted(self.path.glob("checkpoint-*.safetensors"))
        return tensors(newest[-1]) if newest else None

    def paths(self, **flags):
        """Paths under the newest checkpoint, arrays by name: of an equation t, X, Y, Z, g and, where it is known, the exact
        solution U; of a policy t and trained_X, trained_a, trained_cost, and the same of the optimal one. Keywords are the
        flags of simulate, such as paths=512."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "paths.npz"
            command("simulate", self.path, samples=file, **flags)
            with np.load(file) as arrays:
                return dict(arrays)

    def at(self, points):
        """u, its error and ∇u at points (n×d): what eval prints for them, a list of dicts."""
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "points.csv"
            np.savetxt(table, np.atleast_2d(points), delimiter=",")
            return command("eval", self.path, points=table)["points"]


def tensors(path):
    """The arrays of a safetensors file by name."""
    data = Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    kinds = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4", "U8": "u1"}
    return {
        name: np.frombuffer(data, kinds[t["dtype"]], count=int(np.prod(t["shape"])), offset=start + t["data_offsets"][0]).reshape(t["shape"])
        for name, t in header.items()
    }
