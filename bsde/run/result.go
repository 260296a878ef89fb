package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/deepbsde/deepbsde/bsde"
)

// seal is the end of result.json: what the result belongs to.
type seal struct {
	Run    string `json:"run"`    // the digest of run.json
	Text   string `json:"text"`   // SHA-256 of result.txt
	Digest string `json:"digest"` // of result.json, as that of a Manifest
}

// Finish keeps the result for people, as the given text, and for programs, as the JSON
// form of res, whose file, written last, tells that the run is over. The error is also
// that of checkpoints that could not be written.
func (r *Run) Finish(res any, text string) error {
	err := r.WriteOwn(TextFile, writing([]byte(text)))
	var object []byte
	if err == nil {
		object, err = marshalLines(res)
	}
	if err == nil {
		object, err = sealed(object, seal{Run: r.Digest, Text: digest([]byte(text))})
	}
	if err == nil {
		err = r.WriteOwn(ResultFile, writing(object))
	}
	if err == nil {
		err = os.RemoveAll(r.File(attemptsFile)) // the result has it now
	}
	if r.unsaved != nil {
		err = r.unsaved
	}
	if err != nil {
		return fmt.Errorf("the run is not saved: %w", err)
	}
	return nil
}

// sealed is an object with its seal as the last key.
func sealed(object []byte, s seal) ([]byte, error) {
	bare, object := seal{Run: s.Run, Text: s.Text}, bytes.TrimSuffix(object, []byte("\n}\n"))
	with := func(s seal) ([]byte, error) {
		text, err := json.MarshalIndent(s, "  ", "  ")
		return slices.Concat(object, []byte(",\n  \"seal\": "), text, []byte("\n}\n")), err
	}
	text, err := with(bare)
	if err != nil {
		return nil, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return nil, err
	}
	bare.Digest = digest(compact.Bytes())
	return with(bare)
}

// sealOf is the seal of a result of this run, nil of an earlier version, which made none.
func (r *Run) sealOf(result []byte) (*seal, error) {
	var res struct{ Seal *seal }
	if err := json.Unmarshal(result, &res); err != nil {
		return nil, fmt.Errorf("%s: %w", r.File(ResultFile), err)
	}
	switch s := res.Seal; {
	case s == nil && r.Format == 0:
		return nil, nil
	case s == nil || !hasDigest(result, s.Digest):
		return nil, r.changed(ResultFile, "the run ended")
	case s.Run != r.Digest:
		return nil, &Error{Path: r.File(ResultFile), Reason: "is the result of another run than " + ManifestFile + " describes"}
	}
	return res.Seal, nil
}

// checkText is an error where result.txt is not the one that was written with result.json.
func (r *Run) checkText(text []byte) error {
	result, err := r.raw(ResultFile)
	if err != nil || result == nil {
		return err
	}
	if s, err := r.sealOf(result); err != nil {
		return err
	} else if s != nil && s.Text != digest(text) {
		return r.changed(TextFile, "the run ended")
	}
	return nil
}

// Over tells whether a run has nothing left to do.
func (r *Run) Over() (bool, error) {
	text, err := r.Read(ResultFile)
	if err != nil || text == nil {
		return false, err
	}
	var res struct{ Status string }
	if err := json.Unmarshal(text, &res); err != nil {
		return false, fmt.Errorf("%s: %w", r.File(ResultFile), err)
	}
	over := []string{bsde.IterationLimit.String(), bsde.Converged.String(), bsde.Diverged.String()}
	return slices.Contains(over, res.Status), nil
}

// Result is that of a run, without what its method delivered; nil where there is none yet.
func (r *Run) Result() (*bsde.Result, error) {
	text, err := r.Read(ResultFile)
	if err != nil || text == nil {
		return nil, err
	}
	res := &bsde.Result{}
	if err = json.Unmarshal(text, res); err == nil {
		err = fits(res)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.File(ResultFile), err)
	}
	return res, nil
}

// fits refuses a result whose parts do not fit together.
func fits(res *bsde.Result) error {
	if len(res.Gradient) == 0 {
		res.Gradient, res.GradientStdErr = nil, nil
	}
	if n, want := len(res.GradientStdErr), len(res.Gradient); n != want && n > 0 {
		return fmt.Errorf("gradient_stderr has %d components, want the %d of gradient", n, want)
	}
	if c := res.Control; c != nil && len(c.Action) != 0 && len(c.Action) != c.ActionDim {
		return fmt.Errorf("action has %d components, want %d", len(c.Action), c.ActionDim)
	}
	return res.Settings.Validate()
}

// writing is a function for WriteFile that writes a text.
func writing(text []byte) func(*os.File) error {
	return func(f *os.File) error {
		_, err := f.Write(text)
		return err
	}
}
