package main

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/pde"
)

func TestReport(t *testing.T) {
	out := runWith(t, nil, "solve", "hjb", "--dim", "100", "--set", "horizon=1")
	want := `Hamilton–Jacobi–Bellman equation of a linear-quadratic-Gaussian control problem
hjb, d = 100; deep-bsde with the network shared, 600 iterations and 32768 paths in 4.2 s, seed 1

  u(0, x0)         4.58990
  95 % interval    4.58908 … 4.59072    sampling error alone; standard error 0.00042
  time step        ± 0.0012             discretisation error left by 20 steps
  network bias     -0.00030             from an imperfect Z in a nonlinear f; already subtracted
  trained Y0       4.60000              as the optimiser left it, for comparison
  residual ratio   2.1 %                of the spread that Z = 0 leaves
  reference        4.590162             Cole–Hopf quadrature (one-dimensional integral over χ²_d), ± 9.2e-12
  relative error   0.0057 %
  gradient         (0, 0, 0, …), norm 0  standard error up to 0, time step ± 0.0010

The reference lies in the 95 % interval.
`
	if out.stdout != want {
		t.Errorf("got\n%s\nwant\n%s", out.stdout, want)
	}
}

func TestReportNamesWhatIsChangedAndUnknown(t *testing.T) {
	out := runWith(t, func(c call) (*bsde.Result, error) {
		r, nan := fakeResult(c), math.NaN()
		r.Status = bsde.Cancelled
		r.StdErr, r.CI95, r.DiscretizationError, r.NetworkBias = nan, [2]float64{nan, nan}, nan, nan
		r.Gradient = []float64{1, nan}
		return r, nil
	}, "solve", "default-risk", "--dim", "2", "--set", "sigma=0.3")
	for _, part := range []string{
		"default-risk, d = 2, sigma = 0.3;",
		"u(0, x0)         4.5899\n",
		"95 % interval    unknown\n",
		"time step        unknown\n",
		"network bias     unknown\n",
		"reference        none known for this dimension and these parameters  'deepbsde reference default-risk --set sigma=0.3 --dim 2' may have one\n",
		"status           cancelled            The run was cancelled",
	} {
		if !strings.Contains(out.stdout, part) {
			t.Errorf("%q is missing in\n%s", part, out.stdout)
		}
	}
	for _, part := range []string{"NaN", "gradient", "The reference lies"} {
		if strings.Contains(out.stdout, part) {
			t.Errorf("%q in\n%s", part, out.stdout)
		}
	}
}

func TestVerdict(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		reference, referenceError, timeStep, bias float64
		want                                      string
	}{
		{1.005, 0, 0.1, 0.1, "The reference lies in the 95 % interval."},
		{1.015, 0, 0.01, nan, "The reference lies in the 95 % interval widened by time step, 0.9802 … 1.0198."},
		{1.025, 0, 0.01, -0.01, "The reference lies in the 95 % interval widened by time step and network bias, 0.9702 … 1.0298."},
		{0.975, 0.01, 0.001, 0.001, "The reference lies in the 95 % interval widened by time step, network bias and the reference's own error, 0.9686 … 1.0314."},
		{1.025, 0, 0.01, 0, "The reference lies outside the 95 % interval, even widened by time step to 0.9802 … 1.0198."},
		{1.025, 0, 0.01, nan, "The reference lies outside the 95 % interval, even widened by time step to 0.9802 … 1.0198; unknown: network bias."},
		{1.025, 0, nan, nan, "The reference lies outside the 95 % interval; unknown: time step and network bias."},
		{1.025, 0, 0, 0, "The reference lies outside the 95 % interval."},
	} {
		r := &bsde.Result{Estimate: estimate.Estimate{Value: 1, StdErr: 0.005, CI95: [2]float64{0.9902, 1.0098},
			DiscretizationError: c.timeStep, NetworkBias: c.bias}}
		s := report.Report{Result: r, Reference: &pde.Reference{Value: c.reference, StdErr: c.referenceError}}
		if got := s.Verdict(); got != c.want {
			t.Errorf("reference %g, time step %g, bias %g:\n%s\nwant\n%s", c.reference, c.timeStep, c.bias, got, c.want)
		}
	}
}
