package report

import (
	"encoding/json"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/pde"
)

// Reference is a pde.Reference in JSON.
type Reference struct {
	Value  *float64 `json:"value,omitempty"`
	StdErr *float64 `json:"stderr,omitempty"`
	Method string   `json:"method,omitempty"`
	Source string   `json:"source,omitempty"`
	Bound  string   `json:"bound,omitempty"` // lower or upper, of a value that is none
	Lower  *float64 `json:"lower,omitempty"` // where an interval is all that is known: Value is its middle
	Upper  *float64 `json:"upper,omitempty"`
}

// JSONReference is the JSON form of a reference, nil for nil.
func JSONReference(r *pde.Reference) *Reference {
	if r == nil {
		return nil
	}
	j := &Reference{Value: words.Number(r.Value), StdErr: words.Number(r.StdErr), Method: r.Method, Source: r.Source, Bound: BoundName(r.Bound)}
	if r.Interval() {
		j.Lower, j.Upper = words.Number(r.Lower), words.Number(r.Upper)
	}
	return j
}

// bounds are the names of bounds in JSON.
var bounds = map[pde.Bound]string{pde.Lower: "lower", pde.Upper: "upper"}

// BoundName is a bound in JSON, "" for a value that is none.
func BoundName(b pde.Bound) string { return bounds[b] }

// Plain is the inverse of JSONReference.
func (j *Reference) Plain() *pde.Reference {
	if j == nil || j.Value == nil {
		return nil
	}
	ref := &pde.Reference{Value: *j.Value, Method: j.Method, Source: j.Source}
	if j.StdErr != nil {
		ref.StdErr = *j.StdErr
	}
	for b, name := range bounds {
		if name == j.Bound {
			ref.Bound = b
		}
	}
	if j.Lower != nil && j.Upper != nil {
		ref.Lower, ref.Upper = *j.Lower, *j.Upper
	}
	return ref
}

// Object is the object that solve --json prints.
type Object struct {
	bsde.JSONResult
	ActionError   *float64           `json:"action_error,omitempty"`
	Reference     *Reference         `json:"reference,omitempty"`
	RelativeError *float64           `json:"relative_error,omitempty"`
	Verdict       verdict.Verdict    `json:"verdict,omitempty"` // of an equation beside its reference
	Excess        *float64           `json:"excess,omitempty"`
	Parameters    map[string]float64 `json:"parameters"`
	Settings      json.RawMessage    `json:"settings"` // that of JSONResult, at the end
}

// JSON is the result with what it was compared with.
func (s *Report) JSON() (*Object, error) {
	j, err := s.Result.JSON()
	if err != nil {
		return nil, err
	}
	j.Dim = s.Member.Dim
	o := &Object{
		JSONResult: j, ActionError: words.Number(s.ActionError),
		Reference: JSONReference(s.Reference), RelativeError: words.Number(s.RelativeError()), Excess: words.Number(s.Excess()),
		Parameters: s.Member.Parameters, Settings: j.Settings,
	}
	if v := s.Verdict(); v != nil {
		o.Verdict = v.Verdict
	}
	return o, nil
}
