package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
)

// manifestFormat is the version of the directory: 2 has the history in metrics.jsonl alone,
// checkpoints that belong to their run.json, and a sealed result. Earlier ones state none.
const manifestFormat = 2

// Manifest is run.json: all that is needed to repeat the run, and where it was made.
type Manifest struct {
	Format     int                `json:"format,omitempty"` // of the directory, 0 in earlier versions
	Program    string             `json:"program"`          // that made the run, with its version
	Command    []string           `json:"command"`          // the words after the program's name
	Started    time.Time          `json:"started"`
	Processor  string             `json:"processor,omitempty"`
	Arithmetic string             `json:"arithmetic,omitempty"` // that the run began with, see autodiff.Arithmetic; "": not known
	Problem    string             `json:"problem"`
	Copy       string             `json:"file,omitempty"`        // of the problem's file, in the directory
	FileDigest string             `json:"file_digest,omitempty"` // SHA-256 of it
	Kind       string             `json:"kind"`                  // "control" where a policy is trained, else "pde"
	Dim        int                `json:"dim"`
	Parameters map[string]float64 `json:"parameters"`
	Start      string             `json:"start,omitempty"` // the region of random starts, see pde.ParseRegion
	From       string             `json:"from,omitempty"`  // the run that it began with the parameters of, by the digest of its run.json
	Retry      bool               `json:"retry,omitempty"` // whether an answer without trust may have another attempt
	Method     string             `json:"method"`
	Network    string             `json:"network,omitempty"`
	Settings   json.RawMessage    `json:"settings"` // with the options of the method, see bsde.Configuration

	// Digest is that of all the rest: a file that was changed is not that of the run.
	Digest string `json:"digest"`
}

// seal sets the digest, and is the text of the file.
func (m *Manifest) seal() ([]byte, error) {
	m.Digest = ""
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	m.Digest = digest(text)
	return marshalLines(m)
}

// marshalLines is the JSON form of a value on several lines.
func marshalLines(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	return append(text, '\n'), err
}

var errChanged = errors.New("changed")

// decode reads a manifest and checks its digest.
func (m *Manifest) decode(text []byte) error {
	var version struct{ Format int }
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&version); err != nil {
		return err
	}
	if version.Format < 0 || version.Format > manifestFormat {
		return fmt.Errorf("the format is %d, want %d or less: a later version of this program made the run", version.Format, manifestFormat)
	}
	decoder := json.NewDecoder(bytes.NewReader(printable(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(m); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errChanged
	}
	// The text and not the fields: files of earlier versions have other settings.
	if !hasDigest(text, m.Digest) {
		return errChanged
	}
	return m.check()
}

// check refuses what no version writes, and what those who read a run rely on.
func (m *Manifest) check() error {
	const mostDim = math.MaxInt32
	switch {
	case m.Dim < 1 || m.Dim > mostDim:
		return fmt.Errorf("dim is %d, want a number from 1 to %d", m.Dim, mostDim)
	case m.Kind != "pde" && m.Kind != "control":
		return fmt.Errorf("kind is %q, want pde or control", m.Kind)
	case m.Copy != "" && m.Copy != ProblemFile:
		return fmt.Errorf("file is %q, want %s", m.Copy, ProblemFile)
	}
	_, err := m.settings()
	return err
}

func (m *Manifest) settings() (s bsde.Settings, err error) {
	if !bytes.HasPrefix(m.Settings, []byte("{")) {
		return s, errors.New("settings: want an object")
	}
	if err = json.Unmarshal(m.Settings, &s); err == nil {
		err = s.Validate()
	}
	return s.WithDefaults(), err
}

// Settings are those of the run.
func (r *Run) Settings() (s bsde.Settings, err error) {
	if s, err = r.Manifest.settings(); err != nil {
		err = fmt.Errorf("%s: %w", r.File(ManifestFile), err)
	}
	return s, err
}

// Method is that of the run, with its options.
func (r *Run) Method() (bsde.Method, error) {
	m, err := bsde.SavedMethod(r.Manifest.Method, r.Network, r.Manifest.Settings)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.File(ManifestFile), err)
	}
	return m, nil
}

// SolvesEquation tells whether the run is of an equation: that of Hamilton, Jacobi and
// Bellman where a control problem is solved by a method for equations.
func (r *Run) SolvesEquation() bool {
	// Earlier versions kept the kind of the problem where it was solved as an equation.
	if r.Kind == "pde" {
		return true
	}
	m, err := bsde.MethodOf(r.Manifest.Method, nil)
	if err != nil {
		return false
	}
	_, forEquations := m.Supports()[bsde.Equation]
	return forEquations
}

// processor is its name, empty where the system does not tell.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, after, _ := strings.Cut(string(text), "model name")
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimLeft(line, "\t :")
}
