package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/run/disk"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/listed"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/sweep"
)

// folder is what is known of the runs below a root. A run is read again when one of its files
// has changed.
type folder struct {
	root string

	mu      sync.Mutex
	runs    map[string]*entry // by their paths below the root, with slashes
	order   []string
	sweeps  []string
	looked  time.Time
	took    time.Duration
	refused error
}

// entry is a run of the folder.
type entry struct {
	*listed.Run
	Name   string // its path below the root, with slashes
	AtWork string // training, stopped, or "" where that cannot be known or there is a result
	Last   string // its last record, of one without a result
	stamp  string
}

// Shown, Half and Begun are its answer and its begin for the table.
func (e *entry) Shown() string {
	if value, _ := e.Answer(); value != "" {
		return value
	}
	return e.Last
}

// Half is the half-width of its 95 % interval.
func (e *entry) Half() string { _, half := e.Answer(); return half }

// Begun is when it began.
func (e *entry) Begun() string { return e.Started.Format("2006-01-02 15:04") }

// readEntry reads a run.
func readEntry(dir, name, stamp string) *entry {
	e := &entry{Run: listed.Read(dir), Name: name, stamp: stamp}
	if e.Status != listed.Unfinished {
		return e
	}
	if r, err := run.Open(dir); err == nil {
		e.Last = lastRecord(r)
	}
	return e
}

// lastRecord is how far a run is, "" where it has no metrics yet.
func lastRecord(r *run.Run) string {
	history, err := r.History()
	if err != nil || len(history) == 0 {
		return ""
	}
	last := history[len(history)-1]
	return fmt.Sprintf("%s at step %d", words.Significant(last.Value, 5), last.Iteration)
}

func newFolder(root string) *folder { return &folder{root: root, runs: map[string]*entry{}} }

// How often the folder is looked through: as often as this, and no more than a tenth of the time.
const lookPause = 250 * time.Millisecond

// look brings the list up to date.
func (f *folder) look() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.looked) < max(lookPause, 9*f.took) {
		return f.refused
	}
	begin := time.Now()
	runs, order, sweeps := map[string]*entry{}, []string(nil), []string(nil)
	f.refused = listed.Walk(f.root, func(dir string) {
		name, err := filepath.Rel(f.root, dir)
		if err != nil {
			return
		}
		name = filepath.ToSlash(name)
		e := f.runs[name]
		if stamp := stampOf(dir); e == nil || e.stamp != stamp {
			e = readEntry(dir, name, stamp)
		} else {
			e = &entry{Run: e.Run, Name: name, Last: e.Last, stamp: stamp}
		}
		if e.Status == listed.Unfinished {
			e.AtWork = atWork(dir)
		}
		runs[name], order = e, append(order, name)
	})
	for _, dir := range parents(order) { // a sweep is a folder of runs, or one that waits for them
		if _, err := disk.Regular(filepath.Join(f.path(dir), sweep.File)); err == nil {
			sweeps = append(sweeps, dir)
		}
	}
	f.runs, f.order, f.sweeps = runs, order, sweeps
	f.looked, f.took = time.Now(), time.Since(begin)
	return f.refused
}

// parents are the folders in which runs lie, and the root.
func parents(names []string) []string {
	list := []string{"."}
	for _, name := range names {
		if dir := filepath.ToSlash(filepath.Dir(name)); !slices.Contains(list, dir) {
			list = append(list, dir)
		}
	}
	return list
}

// path is that of something below the root.
func (f *folder) path(name string) string { return filepath.Join(f.root, filepath.FromSlash(name)) }

// list is the runs and the sweeps.
func (f *folder) list() (runs []*entry, sweeps []string, err error) {
	err = f.look()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range f.order {
		runs = append(runs, f.runs[name])
	}
	return runs, f.sweeps, err
}

// errNoRun is that a name is none of a run below the root.
var errNoRun = errors.New("there is no such run in the folder")

// find is the path of a run below the root. A name that is not in the list is none, whatever is there.
func (f *folder) find(name string) (string, error) {
	if err := f.look(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.runs[name] == nil || !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", fmt.Errorf("%q: %w", words.Printable(name), errNoRun)
	}
	return f.path(name), nil
}

// findSweep is the path of a sweep below the root.
func (f *folder) findSweep(name string) (string, error) {
	_, sweeps, err := f.list()
	if err != nil {
		return "", err
	}
	if !slices.Contains(sweeps, name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", fmt.Errorf("%q: there is no such sweep in the folder", words.Printable(name))
	}
	return f.path(name), nil
}

// stamp is a text that changes whenever the runs do, those named or all below a folder.
func (f *folder) stamp(names []string, below string) (string, error) {
	var b strings.Builder
	if len(names) > 0 {
		for _, name := range names {
			dir, err := f.find(name)
			if err != nil {
				return "", err
			}
			b.WriteString(stampOf(dir) + atWork(dir) + "\n")
		}
		return digest(b.String()), nil
	}
	runs, sweeps, err := f.list()
	for _, e := range runs {
		if below == "." || strings.HasPrefix(e.Name, below+"/") {
			fmt.Fprintln(&b, e.Name, e.stamp, e.AtWork)
		}
	}
	return digest(b.String() + strings.Join(sweeps, "\n")), err
}

// stampOf changes with the files of a run.
func stampOf(dir string) string {
	var b strings.Builder
	for _, name := range []string{run.ManifestFile, run.MetricsLinesFile, run.ResultFile} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				fmt.Fprint(&b, err)
			}
			b.WriteByte('-')
			continue
		}
		fmt.Fprintf(&b, "%d.%d ", info.ModTime().UnixNano(), info.Size())
	}
	return b.String()
}

// atWork tells of a run without a result whether a process trains it.
func atWork(dir string) string {
	if _, err := disk.Regular(filepath.Join(dir, run.ResultFile)); err == nil {
		return ""
	}
	r, err := run.Open(dir)
	if err != nil {
		return ""
	}
	switch busy, err := r.AtWork(); {
	case err != nil:
		return ""
	case busy:
		return "training"
	}
	return "stopped"
}
