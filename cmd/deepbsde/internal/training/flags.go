// Package training has the flags that choose how to train, one for each key of a settings
// file, and what they make together with a file and the settings tuned for a problem.
package training

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/pde/grid"
	"github.com/deepbsde/deepbsde/problems/file"
)

// Flags are the settings that were given: those of a file, and over them those of the
// command line.
type Flags struct {
	Method     flags.Opt[string]
	Network    flags.Opt[string]
	grid       flags.Opt[string]
	fit        flags.Opt[string]
	hidden     flags.Opt[[]int]
	activation flags.Opt[string]
	controlled flags.Opt[bool]
	antithetic flags.Opt[bool]
	segments   flags.Opt[int]
	Options    flags.Opt[map[string]string] // of the method, those without a flag of their own
	steps      flags.Opt[int]
	iterations flags.Opt[int]
	batch      flags.Opt[int]
	lr         flags.Opt[float64]
	schedule   flags.Opt[string]
	boundaries flags.Opt[[]int]
	rates      flags.Opt[[]float64]
	clipNorm   flags.Opt[float64]
	lossClip   flags.Opt[float64]
	paths      flags.Opt[int]
	seed       flags.Opt[uint64]
	precision  flags.Opt[string]
	Workers    flags.Opt[int]
	TimeLimit  flags.Opt[time.Duration]
	validation flags.Opt[int]
	every      flags.Opt[int]
	start      flags.Opt[int]
	gradient   flags.Opt[string]
	settings   flags.Opt[string]

	file file.Settings // of --settings
}

// Flags describes them to cli; methods are the names that --method takes.
func (f *Flags) Flags(methods []string) []cli.Flag {
	return slices.Concat(
		flags.Group("Method and network",
			flags.Value("method", "`METHOD`: auto (the default: a policy for control problems; for equations deep-bsde, or backward where an error grows too much forward in time, or stopping with early exercise), deep-bsde (of a control problem it solves the HJB equation), backward, stopping or policy; 'deepbsde methods' says what each can do", &f.Method, flags.OneOf(methods...)),
			flags.Value("network", "`KIND`: features (the default for equations), shared (the default for policies, and where a setting of gradient descent is given), or per-step with the published settings", &f.Network, flags.OneOf("features", "shared", "per-step")),
			flags.Value("fit", "`WAY` of finding the parameters: least-squares (the default for features), adam (the default for other networks), or both, one after the other", &f.fit, flags.OneOf("least-squares", "adam", "both")),
			flags.Value("hidden", "`WIDTHS` of the hidden layers, such as 110,110", &f.hidden, flags.Widths),
			flags.Value("activation", "`FUNCTION` of the shared network: tanh, relu or silu", &f.activation, flags.OneOf("tanh", "relu", "silu")),
			flags.Switch("controlled", "train on controlled paths, or with --controlled=false on uncontrolled ones (default: the problem's)", &f.controlled),
			flags.Switch("antithetic", "train a policy on pairs of paths with opposite noise", &f.antithetic),
			flags.Value("segments", "`NUMBER` of pieces in which a policy's path is differentiated, to save memory (default: 1)", &f.segments, flags.WholeNumber),
			flags.Value("options", "`KEY=VALUE` options of one method that have no flag of their own, with commas between", &f.Options, options),
			flags.Value("precision", "`TYPE` of the network's numbers: float32 (the default) or float64", &f.precision, flags.OneOf("float32", "float64")),
		),
		flags.Group("Training",
			flags.Value("grid", "`KIND` of the time grid: uniform (the default); graded, with steps that shrink towards the horizon; or adaptive, with steps where pilot runs see Z change", &f.grid, flags.OneOf(grid.Names...)),
			flags.Value("steps", "time steps `N`", &f.steps, flags.WholeNumber),
			flags.Value("iterations", "`NUMBER` of gradient steps; of a fit by least squares, the largest number of passes", &f.iterations, flags.WholeNumber),
			flags.Value("batch", "`NUMBER` of paths in a gradient step", &f.batch, flags.WholeNumber),
			flags.Value("lr", "learning `RATE` of Adam at its highest", &f.lr, flags.Positive),
			flags.Value("schedule", "`WAY` the learning rate changes: cosine (down to a hundredth, the default), constant, or piecewise with --rates and --boundaries", &f.schedule, flags.OneOf("cosine", "constant", "piecewise")),
			flags.Value("rates", "`RATES` of the schedule piecewise, with commas between, one more than boundaries", &f.rates, rates),
			flags.Value("boundaries", "`ITERATIONS` at which the rate changes, with commas between", &f.boundaries, flags.Widths),
			flags.Value("clip-norm", "largest `NORM` of a gradient, 0 for no limit (the default)", &f.clipNorm, notNegative),
			flags.Value("loss-clip", "`MISMATCH` beyond which the loss grows linearly, 0 for none (the default)", &f.lossClip, notNegative),
			flags.Value("validation-paths", "`NUMBER` of fixed paths for the loss that is reported (default: 256, fewer from d = 2000 on)", &f.validation, flags.WholeNumber),
			flags.Value("validate-every", "`NUMBER` of iterations between reports (default: a twentieth of them)", &f.every, flags.WholeNumber),
			flags.Value("start-paths", "`NUMBER` of paths that give the start of Y0 and all scales (default: 4096, fewer from d = 2000 on)", &f.start, flags.SeveralPaths),
			flags.Value("settings", "`FILE` of settings, such as the command settings prints; other flags override it", &f.settings, flags.FileName),
		),
		flags.Group("Estimate",
			flags.Value("paths", "`NUMBER` of fresh paths for the final estimate", &f.paths, flags.SeveralPaths),
			flags.Value("gradient", "`PATHS` of these for the gradient (default: 4096, fewer from d = 2000 on), or no for no gradient, which often halves the time", &f.gradient, pathsOrNo),
			flags.Value("seed", "`SEED` of all random numbers (default: 1)", &f.seed, flags.Unsigned),
		),
		flags.Group("Run",
			flags.Value("workers", "`NUMBER` of parallel workers (default: one a core); results do not depend on it", &f.Workers, flags.WholeNumber),
			flags.Value("time-limit", "`DURATION`, such as 90s, after which training stops", &f.TimeLimit, flags.Duration),
		),
	)
}

// Seed is that of --seed, and SetSeed puts another in its place.
func (f *Flags) Seed() uint64 { return f.seed.Or(1) }

func (f *Flags) SetSeed(seed uint64) { f.seed = flags.Given(seed) }

// options are KEY=VALUE with commas between.
func options(s string) (map[string]string, error) {
	all := map[string]string{}
	words, err := flags.List(s)
	for _, w := range words {
		key, value, ok := strings.Cut(w, "=")
		if _, twice := all[key]; !ok || key == "" || value == "" || twice {
			return nil, errors.New("want KEY=VALUE with commas between, each key once")
		}
		all[key] = value
	}
	return all, err
}

// notNegative is a finite number, at least 0.
func notNegative(s string) (float64, error) {
	x, err := flags.FiniteNumber(s)
	if err != nil || x < 0 {
		return 0, errors.New("want a number, at least 0")
	}
	return x, nil
}

// pathsOrNo is a number of paths, or "no".
func pathsOrNo(s string) (string, error) {
	if n, err := flags.SeveralPaths(s); s != "no" && (err != nil || n > 1<<24) {
		return "", fmt.Errorf("want no, or a number of paths from 2 to %d", 1<<24)
	}
	return s, nil
}

// rates are positive numbers with commas between.
func rates(s string) (list []float64, err error) {
	words, err := flags.List(s)
	for _, w := range words {
		x, wrong := flags.Positive(w)
		if wrong != nil {
			return nil, errors.New("want positive numbers with commas between, such as 1e-2,1e-3")
		}
		list = append(list, x)
	}
	return list, err
}
