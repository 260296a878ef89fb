package main

import (
	"regexp"
	"strconv"
	"strings"
)

// result is one benchmark: its metrics by unit.
type result struct {
	name    string
	metrics map[string]float64
}

// run is what was read.
type run struct {
	machine  string // the processor, as go test names it
	results  []result
	profiles []profile
	failed   string // the line that tells of a failure, if there is one
}

// profile is the share of each kind of work in the samples of a step.
type profile struct {
	name   string
	shares map[string]float64
}

var (
	procs   = regexp.MustCompile(`-\d+$`)
	pprofed = regexp.MustCompile(`^\s*\S+\s+([\d.]+)%\s+[\d.]+%\s+\S+\s+[\d.]+%\s+(.+)$`)
)

// add reads a line.
func (r *run) add(line string) {
	fields := strings.Fields(line)
	switch {
	case strings.HasPrefix(line, "cpu: "):
		r.machine = strings.TrimPrefix(line, "cpu: ")
	case strings.HasPrefix(line, "--- FAIL"), strings.HasPrefix(line, "FAIL"), strings.HasPrefix(line, "panic:"):
		r.failed = line
	case strings.HasPrefix(line, "profile "):
		r.profiles = append(r.profiles, profile{strings.TrimPrefix(line, "profile "), map[string]float64{}})
	case strings.HasPrefix(line, "Benchmark") && len(fields) >= 4:
		res := result{procs.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), ""), map[string]float64{}}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				res.metrics[fields[i+1]] = v
			}
		}
		r.results = append(r.results, res)
	case len(r.profiles) > 0:
		if m := pprofed.FindStringSubmatch(line); m != nil {
			share, err := strconv.ParseFloat(m[1], 64)
			if err == nil {
				r.profiles[len(r.profiles)-1].shares[kind(m[2])] += share
			}
		}
	}
}

// get is a metric of a benchmark, 0 where there is none.
func (r *run) get(name, unit string) float64 {
	for _, res := range r.results {
		if res.name == name {
			return res.metrics[unit]
		}
	}
	return 0
}

// kinds of work by the names of functions, the first that matches.
var kinds = []struct{ name, functions string }{
	{"matrix products", `kernel\.(gemm|pack|\(\*tile)`},
	{"random numbers", `(?i)kernel\.(normals|.*philox)|random\.`},
	{"Adam", `kernel\.(adam|sumSq)`},
	{"batch normalisation", `kernel\.(batchNorm|colMeanInvStd|BatchNorm)|updateNorm`},
	{"other passes over rows", `kernel\.|autodiff\.\w+Kernel|memmove|memclr`},
	{"paths", `pde\.|gonum|/bsde[./]|expr\.`},
	{"scheduling and waiting", `autodiff\.|runtime\.|sync|time\.`},
}

func kind(function string) string {
	for _, k := range kinds {
		if regexp.MustCompile(k.functions).MatchString(function) {
			return k.name
		}
	}
	return "other"
}
