package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/urfave/cli/v2"
)

func (a *app) settingsCommand() *cli.Command {
	var f solveFlags
	return &cli.Command{
		Name:      "settings",
		Usage:     "print the settings that solve would use, as a settings file",
		UsageText: "deepbsde settings NAME|FILE [flags] > settings.yaml",
		Description: "The flags are those of solve. 'deepbsde solve NAME --settings settings.yaml' repeats the run to\n" +
			"the bit: the file holds all that its result depends on, apart from the problem.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags:           append(f.trainingFlags(), flags.Bool("json", "print one JSON object", &f.json)),
		Action: func(c *cli.Context) error {
			t, err := f.task(c)
			if err != nil {
				return err
			}
			if err := t.settings.Validate(); err != nil {
				return err
			}
			if f.json {
				object, err := t.jsonTask()
				if err != nil {
					return err
				}
				return a.printJSON(object)
			}
			set := map[string]float64{}
			for _, name := range t.Changed {
				set[name] = t.Parameters[name]
			}
			dim := t.Dim
			if dim == t.Family.Dim {
				dim = 0
			}
			remark := solveCommandLine(c.Args().First(), t.Family, dim, set, "settings.yaml")
			return a.print(string(f.File(t.settings, t.method, t.Solved()).Text([]string{remark}, nil)))
		},
	}
}

// jsonTask is the object that settings --json prints.
type jsonTask struct {
	Problem    string             `json:"problem"`
	Kind       string             `json:"kind"`
	Dim        int                `json:"dim"`
	Parameters map[string]float64 `json:"parameters"`
	Method     string             `json:"method"`
	Network    string             `json:"network,omitempty"`
	Settings   json.RawMessage    `json:"settings"`
}

func (t *solveTask) jsonTask() (*jsonTask, error) {
	own := t.settings.DefaultsFor(t.Solved())
	own.Chosen = "" // no setting that anybody gives
	settings, err := bsde.Configuration(own, t.method)
	return &jsonTask{t.Family.Name, t.Kind(), t.Dim, t.Parameters, t.method.Name(), bsde.NetworkOf(t.method), settings}, err
}

// solveCommandLine is the command that solves a problem, in its own dimension where dim
// is 0, with a settings file.
func solveCommandLine(name string, family *problems.Family, dim int, set map[string]float64, file string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "deepbsde solve %s", words.Shell(name))
	if dim != 0 {
		fmt.Fprintf(&b, " --dim %d", dim)
	}
	for _, p := range family.Params {
		if v, given := set[p.Name]; given {
			fmt.Fprintf(&b, " --set %s=%s", p.Name, words.Full(v))
		}
	}
	fmt.Fprintf(&b, " --settings %s", words.Shell(file))
	return b.String()
}
