package network

import (
	"fmt"

	"github.com/deepbsde/deepbsde/bsde"
)

// Choice is a network as words and numbers: what a saved run, a settings file or the
// command line says of it. Methods that have a network embed it in their JSON form.
type Choice struct {
	Network    string `json:"network"`              // "features", "shared" or "per-step"; "": the default of the method
	Hidden     []int  `json:"hidden,omitempty"`     // widths of the hidden layers; nil: the default
	Activation string `json:"activation,omitempty"` // of shared
}

// Names are those of the networks that a Choice can name, the default first.
var Names = []string{Features{}.Name(), Shared{}.Name(), PerStep{}.Name()}

// ChoiceOf describes a network; of a Custom one it has the label alone.
func ChoiceOf(n Network) Choice {
	switch n := n.(type) {
	case nil:
		return Choice{}
	case Shared:
		return Choice{n.Name(), n.Hidden, n.Activation}
	case PerStep:
		return Choice{n.Name(), n.Hidden, ""}
	}
	return Choice{Network: n.Name()}
}

// Make is the network that the choice describes. The error is a *bsde.SettingsError, that
// of a Custom network too: what it computes is not in its label.
func (c Choice) Make() (Network, error) {
	switch c.Network {
	case "":
		if c.Hidden != nil || c.Activation != "" {
			return Shared{Hidden: c.Hidden, Activation: c.Activation}, nil
		}
		return nil, nil
	case "features":
		return Features{}, nil
	case "shared":
		return Shared{Hidden: c.Hidden, Activation: c.Activation}, nil
	case "per-step":
		return PerStep{Hidden: c.Hidden}, nil
	}
	return nil, &bsde.SettingsError{Field: "network", Reason: fmt.Sprintf("%q, want features, shared or per-step; a network of one's own must be given in Go", c.Network)}
}
