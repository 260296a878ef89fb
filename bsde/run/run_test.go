package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/methodtest"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/bsde/policy"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/pde"
)

var few = bsde.Settings{Steps: 4, Iterations: 12, Batch: 16, Paths: 128, StartPaths: 64, ValidationPaths: 16, Seed: 7}

// mine is an equation that has neither a name nor a file.
func mine() pde.Problem {
	return pde.Problem{
		Name: "mine", Dim: 2, Horizon: 1, Start: []float64{1, 0}, Diffusion: pde.Scalar(1),
		Generator: func(_, _, y, z expr.Value) expr.Value { return z.NormSq().Scale(-0.2).Sub(y) },
		Terminal:  func(x expr.Value) expr.Value { return x.NormSq() },
	}
}

// linear is a network of one's own.
var linear = network.Custom{Label: "linear", Build: func(b *network.CustomBuilder) autodiff.Node { return b.Linear() }}

// numbers are those of a result that do not depend on the time.
func numbers(r *bsde.Result) string {
	return fmt.Sprint(r.Value, r.StdErr, r.Gradient, r.NetworkBias, r.Trained, r.Control, r.Status, r.Iterations)
}

// TestRunsFromGo: a run of a named problem, of one from a file and of one in Go, for
// equations and control and for a method of somebody else's, is kept, gives its result
// again, and can be loaded and evaluated.
func TestRunsFromGo(t *testing.T) {
	text := []byte("name: small\ndim: 2\nhorizon: 1\ndiffusion: 1\ngenerator: -y\nterminal: normsq(x)\n")
	for name, c := range map[string]struct {
		s run.Source
		m bsde.Method
	}{
		"named":          {run.Source{Problem: "hjb", Dim: 3, Parameters: map[string]float64{"lambda": 2}}, deep.Method{}},
		"region":         {run.Source{Problem: "allen-cahn", Dim: 2, Region: "box:0.5"}, deep.Method{Network: network.PerStep{Hidden: []int{4}}}},
		"control":        {run.Source{Problem: "lqr", Dim: 2}, policy.Method{Segments: 2}},
		"control by HJB": {run.Source{Problem: "lqr", Dim: 2}, deep.Method{}},
		"HJB region":     {run.Source{Problem: "hjb-control", Dim: 2, Region: "normal:0.2"}, deep.Method{}},
		"own network":    {run.Source{Problem: "hjb", Dim: 2}, deep.Method{Network: linear}},
		"file":           {run.Source{File: text}, deep.Method{Uncontrolled: true}},
		"Go":             {run.Source{Go: mine()}, deep.Method{}},
		"third method":   {run.Source{Problem: "hjb", Dim: 2}, methodtest.Zero{}},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		set := few
		want, err := run.Solve(t.Context(), dir, c.s, c.m, &set, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := os.Remove(filepath.Join(dir, run.ResultFile)); err != nil { // as if it had been killed before the end
			t.Fatal(err)
		}
		options := &run.Options{Problem: c.s.Go, Workers: 3}
		if name == "own network" {
			options.Method = c.m
		}
		again, err := run.Resume(t.Context(), dir, options)
		if err != nil || numbers(again) != numbers(want) {
			t.Errorf("%s: resumed %v, %v, want %v", name, again, err, want)
		}
		d, err := run.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if over, err := d.Over(); !over || err != nil {
			t.Errorf("%s: over %t, %v", name, over, err)
		}
		history, err := d.History()
		if err != nil || len(history) != len(want.History) || history[3].Loss != want.History[3].Loss || history[3].LearningRate != want.History[3].LearningRate {
			t.Errorf("%s: history %v, %v, want %v", name, history, err, want.History)
		}
		var kept bsde.Result
		result, err := d.Read(run.ResultFile)
		if err == nil {
			err = json.Unmarshal(result, &kept)
		}
		if err != nil || numbers(&kept) != numbers(want) || name != "own network" && !reflect.DeepEqual(kept.Method, want.Method) {
			t.Errorf("%s: result.json has %+v, %v, want %+v", name, kept, err, want)
		}
		trainer, err := d.Load(t.Context(), options)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		trainer.Close()
		x := make([]float64, want.Dim)
		if s := trainer.Solution(); s != nil {
			if e, err := s.At(t.Context(), 0.25, x, 64); err != nil || len(e.Gradient) != want.Dim {
				t.Errorf("%s: %+v, %v", name, e, err)
			}
		} else if e, err := trainer.Policy().At(t.Context(), 0.25, x, 64); err != nil || len(e.Action) == 0 {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
}

// TestStoppedRun: one that was cancelled goes on to the bits of one that was not.
func TestStoppedRun(t *testing.T) {
	set := few
	set.Iterations, set.ValidateEvery = 40, 10
	source, method := run.Source{Go: mine()}, deep.Method{Network: network.Shared{}}
	want, err := run.Solve(t.Context(), filepath.Join(t.TempDir(), "whole"), source, method, &set, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "stopped")
	ctx, cancel := context.WithCancel(t.Context())
	stop := set
	stop.Progress = func(p bsde.Progress) {
		if p.Iteration == 17 {
			cancel()
		}
	}
	first, err := run.Solve(ctx, dir, source, method, &stop, nil)
	if err != nil || first.Status != bsde.Cancelled || first.Iterations != 17 {
		t.Fatalf("%+v, %v", first, err)
	}
	got, err := run.Resume(t.Context(), dir, &run.Options{Problem: mine()})
	if err != nil || numbers(got) != numbers(want) {
		t.Errorf("resumed %v, %v, want %v", got, err, want)
	}
	if err := os.Remove(filepath.Join(dir, run.ResultFile)); err != nil { // of a run that is over nothing is made again
		t.Fatal(err)
	}
	if _, err := run.Resume(t.Context(), dir, nil); err == nil || !strings.Contains(err.Error(), `unknown problem "mine"`) {
		t.Errorf("without its problem: %v", err)
	}
	other := mine()
	other.Name = "other"
	var wrong *run.Error
	if _, err := run.Resume(t.Context(), dir, &run.Options{Problem: other}); !errors.As(err, &wrong) {
		t.Errorf("with another problem: %v", err)
	}
}

// TestEarlierRuns: run.json and metrics with the names of earlier versions are read.
func TestEarlierRuns(t *testing.T) {
	r, err := run.Open("testdata/earlier")
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Settings()
	if err != nil || s.LearningRate != 0.005 || s.Paths != 256 || s.Steps != 3 || s.Grid != "uniform" {
		t.Errorf("settings %+v, %v", s, err)
	}
	m, err := r.Method()
	want := deep.Method{Network: network.Shared{Hidden: []int{4}, Activation: "silu"}}
	if err != nil || !reflect.DeepEqual(m, want) {
		t.Errorf("method %+v, %v, want %+v", m, err, want)
	}
	history, err := r.History()
	if err != nil || len(history) != 3 || history[2].Iteration != 4 || !(history[2].Loss > 0) || !(history[2].Value > 0) || !(history[2].LearningRate > 0) || history[2].Elapsed <= 0 {
		t.Errorf("history %+v, %v", history, err)
	}
	trainer, err := r.Load(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	e, err := trainer.Solution().At(t.Context(), 0, []float64{0, 0}, 256)
	if err != nil {
		t.Fatal(err)
	}
	var kept bsde.Result
	text, err := r.Read(run.ResultFile)
	if err == nil {
		err = json.Unmarshal(text, &kept)
	}
	if !math.IsNaN(kept.Error) || !math.IsNaN(kept.CI95[0]) || kept.Trusted() || kept.Reasons != nil {
		t.Errorf("an earlier version stated no error of everything, and gave no reasons: %+v", kept.Estimate)
	}
	// The run is of another processor perhaps: float32 rounds to 6e-8, in another order there.
	if err != nil || math.Abs(e.Trained-kept.Trained) > 1e-6*kept.Trained {
		t.Errorf("trained Y0 = %v from the checkpoint, %v in result.json, %v", e.Trained, kept.Trained, err)
	}
	// The estimate is another one in this version: 5 standard errors, and the error of all.
	if within := 5*kept.StdErr + e.Error; !(math.Abs(e.Value-kept.Value) <= within) {
		t.Errorf("u(0, x0) = %v ± %v from the checkpoint, %v in result.json", e.Value, within, kept.Value)
	}
}

// TestWrongDirectories: what is no run, or not the run that it was, is an *Error.
func TestWrongDirectories(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	set := few
	source := run.Source{Problem: "hjb", Dim: 2}
	if _, err := run.Solve(t.Context(), dir, source, deep.Method{}, &set, nil); err != nil {
		t.Fatal(err)
	}
	var wrong *run.Error
	if _, err := run.Solve(t.Context(), dir, source, deep.Method{}, &set, nil); !errors.As(err, &wrong) || !wrong.Exists {
		t.Errorf("a second run in the directory: %v", err)
	}
	if _, err := run.Open(t.TempDir()); !errors.As(err, &wrong) {
		t.Errorf("an empty directory: %v", err)
	}
	name := filepath.Join(dir, run.ManifestFile)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(text), `"seed": 7`, `"seed": 8`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Open(dir); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "was changed after the run began") {
		t.Errorf("a changed manifest: %v", err)
	}
	busy := filepath.Join(t.TempDir(), "busy")
	if _, err := run.Solve(t.Context(), busy, source, deep.Method{}, &set, nil); err != nil {
		t.Fatal(err)
	}
	r, err := run.Open(busy)
	if err == nil {
		err = os.Remove(r.File(run.ResultFile)) // as of a run that goes on
	}
	if err == nil {
		err = r.Occupy()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := run.Resume(t.Context(), busy, nil); !errors.Is(err, run.ErrBusy) {
		t.Errorf("a run in use: %v", err)
	}
}

// TestSolveTo: the best attempt is the run, whole and without the others; a run that has missed the
// accuracy says so when it is read again.
func TestSolveTo(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	for _, c := range []struct {
		accuracy float64
		missed   bool
	}{{0.5, false}, {1e-9, true}} {
		dir := filepath.Join(t.TempDir(), "run")
		attempts := 1
		d := &bsde.Demand{Accuracy: c.accuracy, Again: func(*bsde.Result, bsde.Method, bsde.Settings) { attempts++ }}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if c.missed {
			d.Again = func(*bsde.Result, bsde.Method, bsde.Settings) {
				if attempts++; attempts == 3 {
					cancel()
				}
			}
		}
		set := bsde.Settings{Steps: 8, Paths: 1024, Seed: 3}
		r, res, err := run.SolveTo(ctx, dir, run.Source{Problem: "hjb", Dim: 3}, deep.Method{}, &set, nil, d)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Finish(res, res.String()); err != nil {
			t.Fatal(err)
		}
		r.Close()
		if (res.Missed != "") != c.missed || c.missed && attempts != 3 {
			t.Errorf("accuracy %g: missed %q after %d attempts", c.accuracy, res.Missed, attempts)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "attempt-*")); err != nil || len(left) > 0 {
			t.Errorf("%v is left, %v", left, err)
		}
		again, err := run.Resume(t.Context(), dir, nil)
		if err != nil || again.Missed != res.Missed || again.Accuracy != c.accuracy || numbers(again) != numbers(res) {
			t.Errorf("read again: %v, %v\nwant %v", again, err, res)
		}
		opened, err := run.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := opened.Load(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if s := trainer.Settings(); s.Steps != res.Settings.Steps || s.Paths != res.Settings.Paths {
			t.Errorf("the run has %d steps and %d paths, its result %d and %d", s.Steps, s.Paths, res.Settings.Steps, res.Settings.Paths)
		}
		trainer.Close()
	}
}
