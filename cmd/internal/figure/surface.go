package figure

import (
	"gonum.org/v1/gonum/interp"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// surface is values in a plane on a grid that is fine enough for the eye: z[i*n+j] at the
// i-th value of the first component and the j-th of the second.
type surface struct {
	x, y Axis
	n    int
	z    []float64
}

// newSurface puts so many points along each side on curves through the n×n values, first along
// y and then along x.
func newSurface(x, y Axis, n int, values []float64, points int) *surface {
	s := &surface{x: x, y: y, n: points}
	var along []float64 // n×points
	for i := range n {
		along = append(along, smooth(values[i*n:(i+1)*n], points)...)
	}
	s.z = make([]float64, s.n*s.n)
	column := make([]float64, n)
	for j := range s.n {
		for i := range column {
			column[i] = along[i*s.n+j]
		}
		for i, v := range smooth(column, points) {
			s.z[i*s.n+j] = v
		}
	}
	return s
}

// smooth is a curve through values that hardly overshoots; straight between neighbours where
// some are not known, so that only what lies beside these is not known either.
func smooth(v []float64, points int) []float64 {
	at := make([]float64, len(v))
	var curve interp.FittablePredictor = &interp.AkimaSpline{}
	for i := range v {
		at[i] = float64(i)
		if !words.Known(v[i]) {
			curve = &interp.PiecewiseLinear{}
		}
	}
	fine := make([]float64, points)
	if err := curve.Fit(at, v); err != nil {
		return fine // places that rise, as these do, always fit
	}
	for i := range fine {
		fine[i] = curve.Predict(float64(i) / float64(points-1) * float64(len(v)-1))
	}
	return fine
}

// known tells that every value is.
func (s *surface) known() bool {
	for _, v := range s.z {
		if !words.Known(v) {
			return false
		}
	}
	return true
}

// Dims, X, Y and Z are what plotter.HeatMap and plotter.Contour want.
func (s *surface) Dims() (c, r int) { return s.n, s.n }

// X is the value of the first component in column c.
func (s *surface) X(c int) float64 { return s.x.at(c, s.n) }

// Y is the value of the second component in row r.
func (s *surface) Y(r int) float64 { return s.y.at(r, s.n) }

// Z is the value there.
func (s *surface) Z(c, r int) float64 { return s.z[c*s.n+r] }
