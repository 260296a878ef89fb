package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPython runs the example for Python, and what its module does with a run, where Python has numpy.
func TestPython(t *testing.T) {
	if err := exec.Command("python3", "-c", "import numpy").Run(); err != nil {
		t.Skip("no python3 with numpy here")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(root, "examples", "python")
	python := func(args ...string) string {
		t.Helper()
		c := exec.Command("python3", args...)
		c.Dir = t.TempDir()
		c.Env = append(os.Environ(), "PYTHONPATH="+folder+string(os.PathListSeparator)+os.Getenv("PYTHONPATH"), "PYTHONDONTWRITEBYTECODE=1", "DEEPBSDE="+exe, asProgram+"=1")
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	sweep := []string{filepath.Join(folder, "sweep.py"), "3"}
	if exec.Command("python3", "-c", "import matplotlib").Run() == nil {
		sweep = append(sweep, filepath.Join(t.TempDir(), "sweep.png"))
	}
	if out := python(sweep...); strings.Count(out, " yes\n") != 4 {
		t.Errorf("sweep.py prints\n%s", out)
	}
	if out := python(filepath.Join(folder, "notebook.py"), "3"); strings.Count(out, "trusted: yes\n") != 4 || !strings.Contains(out, "paths, steps, d: 256 ") {
		t.Errorf("notebook.py prints\n%s", out)
	}
	out := python("-c", `
import deepbsde, numpy as np
a = deepbsde.solve("hjb", dim=3, paths=4096, gradient="no", out="run")
r = deepbsde.Run("run")
assert r.result["value"] == a["value"] and r.manifest["problem"] == "hjb"
assert len(r.metrics()["loss"]) > 1 and all(np.isfinite(v).all() for v in r.parameters().values())
u = r.at(np.zeros((2, 3)))
assert len(u) == 2 and u[0]["value"] == u[1]["value"] and len(u[0]["gradient"]) == 3
p = r.paths(paths=64)
n = len(p["t"])
assert p["X"].shape == (64, n, 3) and p["Y"].shape == (64, n) and p["Z"].shape == (64, n - 1, 3) and p["g"].shape == (64,)
assert (p["X"][:, 0] == p["X"][0, 0]).all() and p["t"][0] == 0 and p["t"][-1] == 1
assert np.allclose(p["g"], np.log((1 + (p["X"][:, -1] ** 2).sum(1)) / 2))
deepbsde.solve("lqr", dim=2, steps=4, iterations=20, paths=512, out="policy")
q = deepbsde.Run("policy").paths(paths=64)
assert q["trained_X"].shape == (32, 5, 2) and q["trained_a"].shape == (32, 4, 2) and q["optimal_cost"].shape == (32, 5)  # one of each pair
assert (q["trained_X"][:, 0] == q["optimal_X"][:, 0]).all() and (np.diff(q["trained_cost"][:, :-1]) >= 0).all()
try:
    deepbsde.solve("hjb", dim=0)
except deepbsde.Error as e:
    print("status", e.status)
`)
	if out != "status 2\n" {
		t.Errorf("the module says %q", out)
	}
}
