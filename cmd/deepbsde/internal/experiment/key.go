package experiment

import (
	"encoding/json"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
)

// Key is all that the result of a run depends on of its settings, as they are in
// the store, of this version or an earlier one: all but the number of workers.
func Key(text json.RawMessage) (string, error) {
	var s bsde.Settings
	var options struct {
		Hidden      []int  `json:"hidden"`
		Activation  string `json:"activation"`
		Controlled  *bool  `json:"controlled"`
		Antithetic  *bool  `json:"antithetic"`
		Segments    int    `json:"segments"`
		NoVariate   bool   `json:"no_variate"`
		NoStructure bool   `json:"no_structure"`
		Fit         string `json:"fit"`
		Passes      int    `json:"passes"`
		PassPaths   int    `json:"pass_paths"`
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &s); err != nil {
			return "", err
		}
		if err := json.Unmarshal(text, &options); err != nil {
			return "", err
		}
	}
	if options.Fit == deep.Adam {
		options.Fit = ""
	}
	s.Workers, options.Segments = 0, max(options.Segments, 1) // which earlier versions leave out
	key, err := json.Marshal([]any{s, options})
	return string(key), err
}
