package policy

import (
	"math"

	"github.com/deepbsde/deepbsde/control"
	"gonum.org/v1/gonum/stat"
)

const (
	structuredRecords = 64 // paths that give the scales of a structure
	// mostLinear is the share of a vector's variance up to which a line explains it: the network has
	// one without a structure.
	mostLinear = 0.9
)

// structureScales are the orders of magnitude of a structure at each step.
type structureScales struct {
	of           *structure
	vectors      [][]float64 // rms of a component of each vector
	mean, invstd [][]float64 // of the pooled numbers
}

// at evaluates the vectors (rows×m each) and the pooled numbers of records at step n.
func (s *structure) at(n int, of *scales, records []control.Record) (vectors, pooled [][]float64, err error) {
	d, rows := s.d, len(records)
	dim := d.StateDim
	x, xn, a := make([]float64, rows*dim), make([]float64, rows*dim), make([]float64, rows*d.ActionDim)
	for r, record := range records {
		for j, c := range record.States[n] {
			x[r*dim+j], xn[r*dim+j] = c, (c-of.mean[n][j])*of.invstd[n][j]
		}
	}
	t, step := []float64{d.Time(n)}, &s.steps[n]
	slopes, costs := make([]float64, 2*rows*dim), make([]float64, 2*rows)
	if err := s.admit.Eval(rows, a, t, x); err != nil {
		return nil, nil, err
	}
	if err := step.slopesFunc.Eval(rows, slopes, t, x, a, xn); err != nil {
		return nil, nil, err
	}
	if err := step.pooledFunc.Eval(rows, costs, t, x, a, xn); err != nil {
		return nil, nil, err
	}
	for _, which := range s.vectors {
		p, v := xn, make([]float64, rows*d.ActionDim)
		if which != ofState {
			p = make([]float64, rows*dim)
			for r := range rows {
				copy(p[r*dim:(r+1)*dim], slopes[(2*r+int(which-ofRunning))*dim:])
			}
		}
		if err := step.pullFunc.Eval(rows, v, t, x, a, p); err != nil {
			return nil, nil, err
		}
		vectors = append(vectors, v)
	}
	pooled = [][]float64{make([]float64, rows), make([]float64, rows), make([]float64, rows)}
	for r := range rows {
		for _, c := range xn[r*dim : (r+1)*dim] {
			pooled[0][r] += c * c / float64(dim)
		}
		pooled[1][r], pooled[2][r] = costs[2*r], costs[2*r+1]
	}
	return vectors, pooled, nil
}

// choose leaves out the vectors that hardly differ from a line along recorded paths; nil where nothing
// is left.
func (s *structure) choose(of *scales, records []control.Record) (*structure, error) {
	records = records[:min(len(records), structuredRecords)]
	total, left := make([]float64, len(s.vectors)), make([]float64, len(s.vectors))
	for n := range s.d.Steps {
		vectors, _, err := s.at(n, of, records)
		if err != nil {
			return nil, err
		}
		line, column := make([]float64, len(records)), make([]float64, len(records))
		for i := range s.d.ActionDim {
			for k, v := range vectors {
				for r := range column {
					column[r] = v[r*s.d.ActionDim+i]
				}
				if k == 0 {
					copy(line, column)
				}
				variance, along := stat.Variance(column, nil), stat.Correlation(line, column, nil)
				if variance > 0 && !math.IsInf(variance, 1) && along*along <= 1 {
					total[k] += variance
					left[k] += variance * (1 - along*along)
				}
			}
		}
	}
	chosen := *s
	chosen.vectors = []vector{ofState}
	for k, which := range s.vectors[1:] {
		if left[k+1] > (1-mostLinear)*total[k+1] {
			chosen.vectors = append(chosen.vectors, which)
		}
	}
	if len(chosen.vectors) == 1 {
		return nil, nil
	}
	return &chosen, nil
}

// scales are those on recorded paths.
func (s *structure) scales(of *scales, records []control.Record) (*structureScales, error) {
	records = records[:min(len(records), structuredRecords)]
	out := &structureScales{of: s}
	for n := range s.d.Steps {
		vectors, pooled, err := s.at(n, of, records)
		if err != nil {
			return nil, err
		}
		var sizes, means, invstds []float64
		for _, v := range vectors {
			size := 0.0
			for _, c := range v {
				size += c * c / float64(len(v))
			}
			if size = math.Sqrt(size); !(size > 0) || math.IsInf(size, 1) {
				size = 1 // nothing to go by
			}
			sizes = append(sizes, size)
		}
		for _, v := range pooled {
			mean, std := meanAndSpread(v, 0)
			means, invstds = append(means, mean), append(invstds, 1/std)
		}
		out.vectors, out.mean, out.invstd = append(out.vectors, sizes), append(out.mean, means), append(out.invstd, invstds)
	}
	return out, nil
}
