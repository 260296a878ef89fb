package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run/disk"
)

// takenFile says, while an attempt below a run takes its place, which directory that is and which files
// it has.
const takenFile = "taken"

// FurtherAttempts is what a demand of trust alone makes of the first answer of a run, before Finish:
// attempts in directories below, which go on where they were stopped, and the best of which takes the place
// of the run if it is better. The Run returned is the one to finish. An attempt that fails leaves the
// answers before; the error of a cancelled context leaves what Resume goes on with.
func (r *Run) FurtherAttempts(ctx context.Context, p bsde.Problem, s Source, first *bsde.Result, o *Options, d *bsde.Demand) (*Run, *bsde.Result, error) {
	m, set := d.Next(ctx, first)
	if m == nil {
		return r, first, nil
	}
	made := map[*bsde.Result]string{}
	number := 1
	s.Retry, s.From = false, nil
	best, err := d.Search(ctx, m, set, func(m bsde.Method, set *bsde.Settings) (*bsde.Result, error) {
		number++
		name := fmt.Sprint(attemptPrefix, number)
		res, err := goOn(ctx, r.File(name), p, s, m, set, o)
		made[res] = name
		return res, err
	})
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err == nil && best != first {
		if err = r.note(made[best], best); err == nil {
			err = r.take(made[best])
		}
	}
	for ; err == nil && number > 1; number-- {
		err = os.RemoveAll(r.File(fmt.Sprint(attemptPrefix, number)))
	}
	if err != nil || best == first {
		return r, best, err
	}
	r.Close()
	now, err := Open(r.path)
	if err == nil {
		err = now.Occupy()
	}
	return now, best, err
}

// goOn makes an attempt, or goes on with it.
func goOn(ctx context.Context, path string, p bsde.Problem, s Source, m bsde.Method, set *bsde.Settings, o *Options) (*bsde.Result, error) {
	if begun, err := Open(path); err == nil {
		if t, err := begun.Continue(ctx, o); err == nil {
			defer t.Close()
			defer begun.Close()
			return begun.Train(ctx, t, o)
		}
	}
	if err := os.RemoveAll(path); err != nil {
		return nil, err
	}
	return attemptIn(ctx, path, p, s, m, set, o)
}

// attemptsFile says, from when an attempt takes the place of its run until that is finished, what the others were.
const attemptsFile = "attempts.json"

// told is what it holds.
type told struct {
	Attempts int    `json:"attempts"`
	Retried  string `json:"retried"`
}

// note writes it below, so that it comes up with the other files.
func (r *Run) note(attempt string, best *bsde.Result) error {
	text, err := json.Marshal(told{best.Attempts, best.Retried})
	if err != nil {
		return err
	}
	return (&Run{path: r.File(attempt)}).WriteOwn(attemptsFile, writing(text))
}

// recall puts what it says into a result that is found again.
func (r *Run) recall(res *bsde.Result) error {
	text, err := r.Read(attemptsFile)
	if err != nil || text == nil {
		return err
	}
	var t told
	if err := json.Unmarshal(text, &t); err != nil {
		return &Error{Path: r.File(attemptsFile), Reason: err.Error()}
	}
	res.Attempts, res.Retried = t.Attempts, t.Retried
	return nil
}

// take puts the files of an attempt in the place of the run's. The list of them, written first, lets
// Open end what a killed process has begun.
func (r *Run) take(attempt string) error {
	entries, err := os.ReadDir(r.File(attempt))
	if err != nil {
		return err
	}
	names := []string{attempt}
	for _, e := range entries {
		if e.Name() != lockFile {
			names = append(names, e.Name())
		}
	}
	if err := r.WriteOwn(takenFile, writing([]byte(strings.Join(names, "\n")))); err != nil {
		return err
	}
	return r.taken()
}

// taken does what the list says, as far as it is not done. Whatever else the run has goes.
func (r *Run) taken() error {
	list, err := r.Read(takenFile)
	if err != nil || list == nil {
		return err
	}
	stay := append(strings.Split(string(list), "\n"), lockFile)
	for _, name := range stay {
		if strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") {
			return &Error{Path: r.File(takenFile), Reason: fmt.Sprintf("names %q, want names of files", name)}
		}
	}
	below := &Run{path: r.File(stay[0])}
	for _, name := range stay[1 : len(stay)-1] {
		if err := os.Rename(below.File(name), r.File(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	names, err := r.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		own := slices.Contains(ownFiles, name) || strings.HasPrefix(name, checkpointPrefix)
		if own && !slices.Contains(stay, name) {
			if err := os.Remove(r.File(name)); err != nil {
				return err
			}
		}
	}
	if err := os.RemoveAll(below.path); err != nil {
		return err
	}
	return errors.Join(os.Remove(r.File(takenFile)), disk.SyncDir(r.path))
}

// settle ends what a killed process had begun to take.
func (r *Run) settle() error {
	if _, err := disk.Regular(r.File(takenFile)); err != nil {
		return nil
	}
	if err := r.Occupy(); err != nil {
		return err
	}
	defer r.Close()
	return r.taken()
}
