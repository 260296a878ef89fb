package complete

import (
	"embed"
	"maps"
	"slices"
)

// scripts ask the hidden command __complete what may follow, so that they know nothing of
// commands and flags themselves. cli's own completion is not used: it panics on a partial
// flag.
//
//go:embed scripts
var scripts embed.FS

var files = map[string]string{"bash": "deepbsde.bash", "zsh": "deepbsde.zsh", "fish": "deepbsde.fish", "powershell": "deepbsde.ps1"}

// Shells are those that there is a script for, in order.
func Shells() []string { return slices.Sorted(maps.Keys(files)) }

// Script is that of one of the Shells.
func Script(shell string) (string, error) {
	text, err := scripts.ReadFile("scripts/" + files[shell])
	return string(text), err
}
