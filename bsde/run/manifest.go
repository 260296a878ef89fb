package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
)

// Manifest is run.json: all that is needed to repeat the run, and where it was made.
type Manifest struct {
	Program    string             `json:"program"` // that made the run, with its version
	Command    []string           `json:"command"` // the words after the program's name
	Started    time.Time          `json:"started"`
	Processor  string             `json:"processor,omitempty"`
	Problem    string             `json:"problem"`
	Copy       string             `json:"file,omitempty"`        // of the problem's file, in the directory
	FileDigest string             `json:"file_digest,omitempty"` // SHA-256 of it
	Kind       string             `json:"kind"`                  // "control" where a policy is trained, else "pde"
	Dim        int                `json:"dim"`
	Parameters map[string]float64 `json:"parameters"`
	Start      string             `json:"start,omitempty"` // the region of random starts, see pde.ParseRegion
	Method     string             `json:"method"`
	Network    string             `json:"network,omitempty"`
	Settings   json.RawMessage    `json:"settings"` // with the options of the method, see bsde.Configuration

	// Digest is that of all the rest: a file that was changed is not that of the run.
	Digest string `json:"digest"`
}

// seal sets the digest.
func (m *Manifest) seal() error {
	m.Digest = ""
	text, err := json.Marshal(m)
	m.Digest = digest(text)
	return err
}

func digest(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }

var errChanged = errors.New("changed")

// decode reads a manifest and checks its digest.
func (m *Manifest) decode(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(m); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errChanged
	}
	// The text and not the fields: files of earlier versions have other settings.
	var bare bytes.Buffer
	if err := json.Compact(&bare, text); err != nil {
		return err
	}
	own := []byte(`"digest":"` + m.Digest + `"`)
	if m.Digest != digest(bytes.Replace(bare.Bytes(), own, []byte(`"digest":""`), 1)) {
		return errChanged
	}
	return nil
}

// Settings are those of the run.
func (r *Run) Settings() (s bsde.Settings, err error) {
	if err = json.Unmarshal(r.Manifest.Settings, &s); err != nil {
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
