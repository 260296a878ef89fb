package sweep

import (
	"errors"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run"
)

// Missing is the status of a run that is not done.
const Missing = "missing"

// Row is what a run found; numbers that are not known are NaN.
type Row struct {
	Cell
	Value, Error, StdErr   float64
	Lower, Upper, Residual float64
	Trust                  string // "yes" or "no"; "" without an answer
	Reasons                []string
	Status                 string
}

// Done tells whether there is an answer that stays.
func (r Row) Done() bool { return r.Status != Missing }

// RowOf is the row of a run in the first of the folders in which it is done.
func RowOf(c Cell, roots ...string) (Row, error) {
	nan := math.NaN()
	row := Row{Cell: c, Value: nan, Error: nan, StdErr: nan, Lower: nan, Upper: nan, Residual: nan, Status: Missing}
	for _, root := range roots {
		res, err := Result(c.Dir(root))
		if err != nil {
			return row, err
		}
		if res == nil {
			continue
		}
		row.Value, row.StdErr, row.Residual, row.Status = res.Value, res.StdErr, res.ResidualRatio, res.Status.String()
		row.Error, row.Lower, row.Upper = res.Error, res.Lower, res.Upper
		if row.Trust = "no"; res.Trusted() {
			row.Trust = "yes"
		} else {
			row.Reasons = res.Doubts()
		}
		return row, nil
	}
	return row, nil
}

// Result is that of a run which need not go on, nil where there is none.
func Result(dir string) (*bsde.Result, error) {
	r, err := run.Open(dir)
	var none *run.Error
	if errors.As(err, &none) && strings.Contains(none.Reason, "it has no "+run.ManifestFile) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	res, err := r.Result()
	if res != nil && res.Status == bsde.Cancelled {
		return nil, nil
	}
	return res, err
}
