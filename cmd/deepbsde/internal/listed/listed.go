// Package listed finds saved runs below a folder and lists them as a table.
package listed

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/words"
)

// Run is what the list says of a run; numbers that are not known are NaN.
type Run struct {
	Path                 string
	Problem              string
	Dim                  int
	Parameters           map[string]float64
	Method, Network      string
	Seed                 uint64
	Started              time.Time
	Status               string // as in results, "unfinished", or "unreadable"
	Value, Error, StdErr float64
	Trust                string // "yes" or "no"; "" without a result, and of an earlier version that stated no error
	Wrong                string // why it cannot be read
}

// The states of runs without a result.
const (
	Unfinished = "unfinished"
	Unreadable = "unreadable"
)

// Filter says which runs are listed; "" is any.
type Filter struct{ Problem, Method, Status, Trust string }

func (f Filter) takes(r *Run) bool {
	for _, one := range [][2]string{{f.Problem, r.Problem}, {f.Method, r.Method}, {f.Status, r.Status}, {f.Trust, r.Trust}} {
		if one[0] != "" && one[0] != one[1] {
			return false
		}
	}
	return true
}

// Under are the runs below a folder, itself among them, by their paths.
func Under(root string, f Filter) (list []*Run, err error) {
	err = Walk(root, func(dir string) {
		if r := Read(dir); f.takes(r) {
			list = append(list, r)
		}
	})
	return list, err
}

// Walk goes to the directories of runs below a folder, itself among them. Links are not followed.
func Walk(root string, visit func(dir string)) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil && path != root && errors.Is(err, fs.ErrPermission) {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || d.Name() != run.ManifestFile {
			return err
		}
		visit(filepath.Dir(path))
		return nil
	})
}

// Read is what is known of one run.
func Read(dir string) *Run {
	nan := math.NaN()
	l := &Run{Path: words.Printable(dir), Value: nan, Error: nan, StdErr: nan, Status: Unreadable}
	r, err := run.Open(dir)
	if err != nil {
		l.Wrong = words.Printable(err.Error())
		return l
	}
	l.Problem, l.Dim, l.Parameters, l.Method, l.Network, l.Started = r.Manifest.Problem, r.Dim, r.Parameters, r.Manifest.Method, r.Network, r.Started
	s, err := r.Settings()
	if err == nil {
		l.Seed = s.Seed
		res, e := r.Result()
		if err = e; err == nil && res == nil {
			l.Status = Unfinished
			return l
		}
		if err == nil {
			l.Status, l.Value, l.Error, l.StdErr = res.Status.String(), res.Value, res.Error, res.StdErr
			switch {
			case res.Trusted():
				l.Trust = "yes"
			case len(res.Reasons) > 0 || words.Known(res.Error) || !words.Known(res.Value):
				l.Trust = "no"
			}
			return l
		}
	}
	l.Wrong = words.Printable(strings.TrimSpace(err.Error()))
	return l
}
