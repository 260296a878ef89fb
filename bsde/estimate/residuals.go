package estimate

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/internal/flow"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// residuals are the mismatches of many paths from one point and Y0, seen from time 0,
//
//	δ = Γ (Y_N − g(X_N)),   Γ = exp(Σ ∂f/∂y h) along the path
type residuals struct {
	delta []float64
	bent  []float64 // what Γ has added to Y_N; nil without Γ
	tilt  []float64 // logarithms of the weights of tilted paths; nil where they are as usual

	gained []float64 // the part of each delta that is a martingale's, see walk.Walker; nil on tilted paths
	paired []float64 // delta less what pairs it with another level, see pair; nil where it is none
	slope  float64   // 1/Γ in the geometric mean
	y0     float64   // where the paths begin
	every  int       // grid points of a step

	g       []float64 // where the paths end
	steep   []float64 // the largest |∂f/∂y| h of each path; nil for a recursion of Y
	bracket *bracket  // nil where none was asked for
}

// mean is what is to be subtracted from Y0 so that it vanishes.
func (r *residuals) mean() float64 { return stat.Mean(r.delta, nil) }

func (r *residuals) std() float64 { return stat.StdDev(r.delta, nil) }

// stiff tells whether a step is no longer short beside the time in which f pulls Y back, so that levels may behave like a series in h by
// chance alone.
func (r *residuals) stiff() bool { return len(r.steep) > 0 && stat.Mean(r.steep, nil) > mostSteep }

// mostSteep is the |∂f/∂y| h up to which they do: with 0.35, allen-cahn up to T = 7 has levels whose differences halve and whose
// extrapolation is wrong by half the last of them.
const mostSteep = 0.2

// atEnd is the standard deviation of Y_N − g(X_N), but for the variation of Γ.
func (r *residuals) atEnd() float64 { return r.std() * r.slope }

// discount turns the mismatches at the end into those seen from time 0, given the
// logarithms of Γ.
func (r *residuals) discount(logs []float64) {
	r.slope = math.Exp(-stat.Mean(logs, nil))
	for i, l := range logs {
		r.delta[i] *= math.Exp(l)
	}
}

// FewPaths is the size of an estimate that was cancelled, and is to end soon.
const FewPaths = 1024

// residuals walks the given number of paths on every stride-th grid point; fewer
// where the context is cancelled. With a split of f it brackets each path.
func (e *engine[T]) residuals(ctx context.Context, from *walk.Origin, stride, paths int, y0 float64, s *flow.Generator, progress func(done int)) (*residuals, error) {
	return e.follow(ctx, from, stride, paths, y0, s, 0, progress)
}

// follow is residuals on paths with a tilt, see walk.Walker.
func (e *engine[T]) follow(ctx context.Context, from *walk.Origin, stride, paths int, y0 float64, s *flow.Generator, tilt float64, progress func(done int)) (*residuals, error) {
	r := &residuals{delta: make([]float64, paths), g: make([]float64, paths), slope: 1, y0: y0, every: stride}
	var f *flow.Flows
	if s != nil {
		var err error
		if f, err = s.Flows(from, stride); err != nil {
			return nil, err
		}
	}
	if f != nil {
		r.bracket = &bracket{make([]float64, paths), make([]float64, paths)}
	}
	if e.Bend != nil {
		r.bent = make([]float64, paths)
	}
	if tilt != 0 {
		r.tilt = make([]float64, paths)
	} else {
		r.gained = make([]float64, paths)
	}
	if e.Linearised() {
		r.steep = make([]float64, paths)
	}
	chunks := walk.Chunks(paths)
	var logs []float64
	if e.Eq.UsesY {
		logs = make([]float64, paths)
	}
	// In rounds, to report progress and to notice a cancelled context; as long for each rank as for one alone.
	round := 64 * ranks.Count()
	for lo := 0; lo < chunks; lo += round {
		if ctx.Err() != nil && lo*walk.ChunkRows >= FewPaths {
			paths = lo * walk.ChunkRows
			r.delta, r.g, r.steep = r.delta[:paths], r.g[:paths], r.steep[:min(paths, len(r.steep))]
			r.bent, r.tilt = r.bent[:min(paths, len(r.bent))], r.tilt[:min(paths, len(r.tilt))]
			r.gained = r.gained[:min(paths, len(r.gained))]
			if r.bracket != nil {
				r.bracket.lower, r.bracket.upper = r.bracket.lower[:paths], r.bracket.upper[:paths]
			}
			break
		}
		end := min(lo+round, chunks)
		part := func(data []float64) ranks.Out {
			return ranks.Each(data[min(lo*walk.ChunkRows, len(data)):], walk.ChunkRows)
		}
		outs := []ranks.Out{part(r.delta), part(r.g), part(r.steep), part(r.bent), part(r.tilt), part(r.gained), part(logs)}
		if r.bracket != nil {
			outs = append(outs, part(r.bracket.lower), part(r.bracket.upper))
		}
		err := e.pool.Share(end-lo, func(k int) error {
			w := e.team.Take()
			w.Tilt = tilt
			w.Corrected = e.SecondOrder()
			defer func() { w.Tilt, w.Corrected = 0, false; e.team.Give(w) }()
			first := (lo + k) * walk.ChunkRows
			rows := min(walk.ChunkRows, paths-first)
			if err := w.Begin(walk.ForEstimate, 0, first, rows, from); err != nil {
				return err
			}
			delta := r.delta[first : first+rows]
			var o walk.Observer
			var along *flow.Track
			if r.bracket != nil {
				along = flow.NewTrack(delta, w.Growth)
				o = along
			}
			if err := w.Mismatch(stride, y0, delta, logs[min(first, len(logs)):min(first+rows, len(logs))], o); err != nil {
				return err
			}
			if r.bent != nil {
				copy(r.bent[first:first+rows], w.Bent)
			}
			if r.tilt != nil {
				copy(r.tilt[first:first+rows], w.Tilted)
			} else {
				copy(r.gained[first:first+rows], w.Gained)
			}
			copy(r.g[first:first+rows], w.G)
			copy(r.steep[min(first, len(r.steep)):], w.Steep())
			if along != nil {
				along.Backward(f, w.G[:rows], r.bracket.lower[first:first+rows], r.bracket.upper[first:first+rows])
			}
			return nil
		}, outs...)
		if err != nil {
			return nil, err
		}
		if progress != nil {
			progress(min((lo+round)*walk.ChunkRows, paths))
		}
	}
	if logs != nil {
		r.discount(logs[:paths])
	}
	if r.bracket != nil {
		for i := range r.delta {
			r.bracket.lower[i], r.bracket.upper[i] = y0-r.bracket.lower[i], y0-r.bracket.upper[i]
		}
	}
	return r, nil
}

// pair takes out of the mismatches of a level the part of the distance to a finer level, on the same noise, that
// is a martingale's. Y on steps of h and of 2h differs most by
//
//	Γ Σ (Z_n − Z_{n−1})·ΔW_n + …,
//
// Z kept over the longer step, which has the mean 0 and is known on every path: a control variate, with the coefficient of the
// regression. What is left tells what the step does to the mean, with much less noise.
func (r *residuals) pair(finer *residuals) {
	r.paired = nil
	if len(r.gained) != len(r.delta) || len(finer.gained) != len(r.delta) {
		return
	}
	by, far := make([]float64, len(r.delta)), make([]float64, len(r.delta))
	floats.SubTo(by, r.gained, finer.gained)
	floats.SubTo(far, r.delta, finer.delta)
	c := stat.Covariance(far, by, nil) / stat.Variance(by, nil)
	if !finite(c) {
		return
	}
	floats.AddScaled(far, -c, by)
	floats.Add(far, finer.each())
	r.paired = far
}

// each is the mismatches that levels are compared by.
func (r *residuals) each() []float64 {
	if r.paired != nil {
		return r.paired
	}
	return r.delta
}
