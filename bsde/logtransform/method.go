// Package logtransform solves equations whose solution is positive through that of its logarithm (Hopf 1950; Fleming
// 1978): where u grows so fast that a mean over paths has no variance, as of e^(c‖x‖²) or of a strong potential, ln u
// does not. Paths follow ∂f/∂z = σᵀ∇v, under which u is the mean of what hardly varies: the importance sampling of
// Doob's h-transform. It delivers u = e^v and ∇u = u ∇v.
package logtransform

import (
	"context"
	"errors"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/safetensors"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde"
)

func init() { bsde.Register(Method{}) }

// Method is the deep BSDE method for ln u on features, fitted by least squares, with the options of that.
type Method struct {
	// Passes is the largest number of passes of the fit, and PassPaths the paths of each, as of deep.Method.
	Passes    int `json:"passes,omitempty"`
	PassPaths int `json:"pass_paths,omitempty"`
}

// forLog is the method for v.
func (m Method) forLog() deep.Method {
	return deep.Method{Network: network.Features{}, Fit: deep.LeastSquares, Passes: m.Passes, PassPaths: m.PassPaths}
}

// Name is "log-transform".
func (Method) Name() string { return "log-transform" }

// Supports lists equations from one start whose f grows with u and σᵀ∇u alike.
func (Method) Supports() map[bsde.Feature]string {
	return map[bsde.Feature]string{bsde.Equation: "where u is positive", bsde.InY: "", bsde.InZ: ""}
}

// Resolve fills in the defaults.
func (m Method) Resolve(p bsde.Problem) (bsde.Method, error) {
	_, inner, err := m.inside(p)
	if err != nil {
		return nil, err
	}
	resolved := inner.(deep.Method)
	return Method{resolved.Passes, resolved.PassPaths}, nil
}

// inside is the equation of v with the method for it, defaults filled in.
func (m Method) inside(p bsde.Problem) (v pde.Problem, inner bsde.Method, err error) {
	if v, err = Of(p.(pde.Problem)); err == nil {
		inner, err = m.forLog().Resolve(v)
	}
	return v, inner, explain(err)
}

// Times are those of an adaptive grid for v.
func (m Method) Times(ctx context.Context, p bsde.Problem, e bsde.Env) ([]float64, error) {
	v, inner, err := m.inside(p)
	if err != nil {
		return nil, err
	}
	times, err := inner.(bsde.Adaptive).Times(ctx, v, e)
	return times, explain(err)
}

// Refine is a fit on that many times the paths.
func (m Method) Refine(factor int) (bsde.Method, bool) {
	m.PassPaths *= factor
	return m, true
}

// Planned is the passes of the fit, at most.
func (m Method) Planned(s bsde.Settings) (steps int, what string) {
	return bsde.Planned(m.forLog(), s)
}

// Start is that of the deep BSDE method for v.
func (m Method) Start(ctx context.Context, p bsde.Problem, e bsde.Env) (bsde.Training, error) {
	v, inner, err := m.inside(p)
	if err != nil {
		return nil, err
	}
	t, err := inner.Start(ctx, v, e)
	if err != nil {
		return nil, explain(err)
	}
	solution, err := estimate.Exponential(p.(pde.Problem), t.Deliver().Solution)
	return &training{t.(fitting), solution}, err
}

// explain names the logarithm where g is not positive on the pilot paths.
func explain(err error) error {
	if wrong := (*pde.Error)(nil); errors.As(err, &wrong) && wrong.Field == "Terminal" {
		return &bsde.SettingsError{Field: "method", Reason: "log-transform needs g > 0 and finite on all paths, and it is not"}
	}
	return err
}

// fitting is what a training of the deep BSDE method can do.
type fitting interface {
	bsde.Fitting
	Begin(saved []safetensors.Tensor) error
}

// training is that of v, whose value is u.
type training struct {
	fitting
	solution *estimate.Solution
}

// Label names the transformation.
func (t *training) Label() string {
	return strings.Replace(t.fitting.Label(), deep.Method{}.Name(), Method{}.Name(), 1)
}

// Value is u(0, x0) as trained so far.
func (t *training) Value() float64 { return math.Exp(t.fitting.Value()) }

// Deliver is u.
func (t *training) Deliver() bsde.Delivery { return bsde.Delivery{Solution: t.solution} }
