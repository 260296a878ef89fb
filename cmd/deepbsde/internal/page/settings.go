package page

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// settingMeanings explains the settings, in the order of the page.
var settingMeanings = []Row{
	{Name: "fit", Meaning: "how the parameters are found"},
	{Name: "chosen", Meaning: "why this method and not another"},
	{Name: "passes", Meaning: "passes of least squares, or of a network's training, at most"},
	{Name: "pass_paths", Meaning: "paths in a pass"},
	{Name: "target", Meaning: "what is fitted at each step"},
	{Name: "sweep_paths", Meaning: "paths of a sweep"},
	{Name: "width", Meaning: "of the hidden layers of a network on top of the fit"},
	{Name: "samples", Meaning: "paths of the fit"},
	{Name: "outer", Meaning: "paths of the upper bound, -1 for that of the fitted martingale"},
	{Name: "inner", Meaning: "inner paths from each of their dates"},
	{Name: "grid", Meaning: "of time"},
	{Name: "steps", Meaning: "time steps N"},
	{Name: "iterations", Meaning: "gradient steps of a round; of a policy more rounds follow while its cost falls"},
	{Name: "batch", Meaning: "paths in a gradient step"},
	{Name: "lr", Meaning: "of Adam, at its highest"},
	{Name: "schedule", Meaning: "how the learning rate comes down"},
	{Name: "boundaries", Meaning: "iterations at which the rate changes"},
	{Name: "rates", Meaning: "the learning rates between them"},
	{Name: "hidden", Meaning: "widths of the hidden layers"},
	{Name: "activation", Meaning: "of the hidden layers"},
	{Name: "controlled", Meaning: "trained on paths with the drift σ ∂f/∂z"},
	{Name: "antithetic", Meaning: "trained on pairs of paths with opposite noise"},
	{Name: "segments", Meaning: "pieces in which a path is differentiated"},
	{Name: "no_variate", Meaning: "trained without the adjoint control variate"},
	{Name: "no_structure", Meaning: "trained without functions of the costs' gradients, and without a factor of actions between bounds"},
	{Name: "clip_norm", Meaning: "largest norm of the gradient, 0 for any"},
	{Name: "loss_clip", Meaning: "mismatch beyond which the loss grows linearly, 0 for never"},
	{Name: "validation_paths", Meaning: "fixed paths of which value and loss are reported"},
	{Name: "validate_every", Meaning: "iterations between these reports"},
	{Name: "start_paths", Meaning: "paths that give all scales before training"},
	{Name: "paths", Meaning: "fresh paths of the final estimate"},
	{Name: "gradient", Meaning: "of these that the gradient is averaged over, -1 for none"},
	{Name: "time_limit", Meaning: "after which training stops"},
	{Name: "seed", Meaning: "of all random numbers"},
	{Name: "precision", Meaning: "of the network's numbers"},
	{Name: "workers", Meaning: "parallel workers; results do not depend on it"},
}

// ofDescent are the settings that least squares do not use.
var ofDescent = []string{"batch", "lr", "schedule", "boundaries", "rates", "clip_norm", "loss_clip", "iterations", "validate_every"}

// SettingRows are the settings under the names that they have in files, from an object in
// JSON. A method that plans its steps itself uses none of gradient descent.
func SettingRows(method, network string, planned bool, settings []byte) []Row {
	rows := []Row{{"method", method, "of solution"}}
	if network != "" {
		rows = append(rows, Row{"network", network, "of Z, or of the policy"})
	}
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(settings, &all); err != nil {
		return rows // of what was read from JSON before
	}
	delete(all, "network")
	if planned {
		delete(all, "iterations")
	}
	if string(all["fit"]) == `"least-squares"` || planned {
		for _, name := range ofDescent {
			delete(all, name)
		}
	}
	for _, s := range settingMeanings {
		if value, ok := all[s.Name]; ok {
			rows = append(rows, Row{s.Name, strings.Trim(string(value), `"`), s.Meaning})
			delete(all, s.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		rows = append(rows, Row{name, strings.Trim(string(all[name]), `"`), ""})
	}
	return rows
}
