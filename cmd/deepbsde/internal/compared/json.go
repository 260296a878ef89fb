package compared

import "github.com/deepbsde/deepbsde/bsde/words"

// jsonComparison is one problem of what compare --json prints.
type jsonComparison struct {
	Problem    string             `json:"problem"`
	Dim        int                `json:"dim"`
	Parameters map[string]float64 `json:"parameters"`
	Rows       []jsonComparedRow  `json:"rows"`
}

type jsonComparedRow struct {
	Method        string   `json:"method"`
	Solver        bool     `json:"solver"`
	Value         *float64 `json:"value,omitempty"`
	Error         *float64 `json:"error,omitempty"`
	Trust         string   `json:"trust,omitempty"`
	Reasons       []string `json:"reasons,omitempty"`
	Lower         *float64 `json:"lower,omitempty"`
	Upper         *float64 `json:"upper,omitempty"`
	StdErr        *float64 `json:"stderr,omitempty"`
	Step          *float64 `json:"discretization_error,omitempty"`
	Network       *float64 `json:"network_error,omitempty"`
	Bias          *float64 `json:"network_bias,omitempty"`
	Training      *float64 `json:"training,omitempty"`
	Bound         string   `json:"bound,omitempty"`
	RelativeError *float64 `json:"relative_error,omitempty"`
	Verdict       string   `json:"verdict,omitempty"`
	Seconds       float64  `json:"seconds,omitempty"`
	Refused       string   `json:"refused,omitempty"`
}

// JSON is the object that compare --json prints.
func JSON(all []Comparison) any {
	list := []jsonComparison{}
	for _, c := range all {
		j := jsonComparison{Problem: c.Problem, Dim: c.Dim, Parameters: c.Parameters}
		for _, r := range c.Rows {
			row := jsonComparedRow{Method: r.Name, Solver: r.Solver, Seconds: r.Seconds, Bound: r.Bound, Trust: r.Trust, Reasons: r.Reasons, Verdict: c.verdict(r)}
			if r.Failed != nil {
				row.Refused = r.Failed.Error()
			} else {
				row.Value, row.Error, row.StdErr, row.RelativeError = words.Number(r.Value), words.Number(r.Error), words.Number(r.Sampling), words.Number(c.relative(r))
				row.Lower, row.Upper = words.Number(r.Lower), words.Number(r.Upper)
			}
			if r.Solver {
				row.Training = words.Number(r.Training)
			}
			if r.Trust != "" { // a policy has no such errors
				row.Step, row.Network, row.Bias = words.Number(r.Step), words.Number(r.Network), words.Number(r.Bias)
			}
			j.Rows = append(j.Rows, row)
		}
		list = append(list, j)
	}
	return struct {
		Comparisons []jsonComparison `json:"comparisons"`
	}{list}
}
