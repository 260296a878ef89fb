package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
)

// baseline is the benchmark in gorgonia's own operations of the same mathematics as the
// named one, "" where there is none.
func baseline(name string) string {
	switch {
	case strings.HasPrefix(name, "TrainStep") && strings.Contains(name, "/per-step"):
		return "TrainStepTapeMachine/allen-cahn/per-step"
	case strings.HasPrefix(name, "PolicyStep") && strings.Contains(name, "/shared"):
		return "PolicyStepTapeMachine/lqr/shared"
	}
	return ""
}

// tables are the run's results in Markdown, by name.
func (r *run) tables() map[string]string {
	return map[string]string{
		"machine":  fmt.Sprintf("Measured on %s.\n", r.machine),
		"steps":    r.steps(),
		"workers":  r.workers(),
		"products": r.products(),
		"growth":   r.growth(),
		"profile":  r.profile(),
	}
}

// precision is the last part of a benchmark's name that is one.
func precision(name string) string {
	if strings.Contains(name, "float64") {
		return "float64"
	}
	return "float32"
}

// steps compares the gradient steps with the baseline and with the peak of two cores.
func (r *run) steps() string {
	b := &strings.Builder{}
	fmt.Fprintln(b, "| gradient step | ms | times faster than TapeMachine | GFLOP/s | times its arithmetic at peak | allocations |")
	fmt.Fprintln(b, "|---|---|---|---|---|---|")
	for _, res := range r.results {
		if !strings.HasPrefix(res.name, "TrainStep") && !strings.HasPrefix(res.name, "PolicyStep") {
			continue
		}
		ns := res.metrics["ns/op"]
		faster, rate, peak := "", "", ""
		if base := r.get(baseline(res.name), "ns/op"); base > 0 {
			faster = fmt.Sprintf("%.1f", base/ns)
		}
		if g := res.metrics["GFLOP/s"]; g > 0 {
			rate = fmt.Sprintf("%.0f", g)
			if p := r.get("Peak/"+precision(res.name), "GFLOP/s"); p > 0 {
				peak = fmt.Sprintf("%.1f", 2*p/g)
			}
		}
		fmt.Fprintf(b, "| %s | %.2f | %s | %s | %s | %.0f |\n", res.name, ns/1e6, faster, rate, peak, res.metrics["allocs/op"])
	}
	return b.String()
}

// workers compares one worker with two.
func (r *run) workers() string {
	b := &strings.Builder{}
	fmt.Fprintln(b, "| gradient step | ms, 1 worker | ms, 2 workers | times faster |")
	fmt.Fprintln(b, "|---|---|---|---|")
	for _, res := range r.results {
		if name, ok := strings.CutPrefix(res.name, "Speedup/"); ok {
			fmt.Fprintf(b, "| %s | %.2f | %.2f | %.2f |\n", name, res.metrics["ms/1"], res.metrics["ms/2"], res.metrics["speedup"])
		}
	}
	return b.String()
}

// products compares the matrix products with the peak of a core, a row for each form and
// size.
func (r *run) products() string {
	var names []string // such as "Gemm/NN/64x100x110"
	cells := map[string]string{}
	for _, res := range r.results {
		if !strings.HasPrefix(res.name, "Peak/") && !strings.HasPrefix(res.name, "Gemm/") {
			continue
		}
		p := precision(res.name)
		name := strings.Replace(res.name, "/"+p, "", 1)
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		g := res.metrics["GFLOP/s"]
		cells[name+p] = fmt.Sprintf("%.0f", g)
		if peak := r.get("Peak/"+p, "GFLOP/s"); peak > 0 && name != "Peak" {
			cells[name+p] += fmt.Sprintf(" (%.0f %%)", 100*g/peak)
		}
	}
	b := &strings.Builder{}
	fmt.Fprintln(b, "| GFLOP/s, one core (share of the peak) | float32 | float64 |")
	fmt.Fprintln(b, "|---|---|---|")
	for _, name := range names {
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, cells[name+"float32"], cells[name+"float64"])
	}
	return b.String()
}

// growth lists time and memory by the dimension: the plots show the other sizes.
func (r *run) growth() string {
	var sizes []string // such as "d = 10"
	cells := map[string]string{}
	for _, res := range r.results {
		if part := strings.Split(res.name, "/"); part[0] == "Growth" && len(part) == 4 && part[1] == "d" {
			size, network := part[1]+" = "+part[3], part[2]
			if !slices.Contains(sizes, size) {
				sizes = append(sizes, size)
			}
			cells[size+network] = fmt.Sprintf("%.3g | %.0f", res.metrics["ns/op"]/1e6, res.metrics["MiB"])
		}
	}
	b := &strings.Builder{}
	fmt.Fprintln(b, "| size | per-step, ms | its MiB | shared, ms | its MiB |")
	fmt.Fprintln(b, "|---|---|---|---|---|")
	for _, size := range sizes {
		fmt.Fprintf(b, "| %s |", size)
		for _, network := range []string{"per-step", "shared"} {
			fmt.Fprintf(b, " %s |", cmp.Or(cells[size+network], " | "))
		}
		fmt.Fprintln(b)
	}
	return b.String()
}

// profile has a column for each profile.
func (r *run) profile() string {
	b := &strings.Builder{}
	fmt.Fprint(b, "| share of the samples, % |")
	for _, p := range r.profiles {
		fmt.Fprintf(b, " %s |", p.name)
	}
	fmt.Fprintf(b, "\n|---|%s\n", strings.Repeat("---|", len(r.profiles)))
	names := []string{}
	for _, k := range kinds {
		names = append(names, k.name)
	}
	for _, name := range append(names, "other") {
		if !slices.ContainsFunc(r.profiles, func(p profile) bool { return p.shares[name] >= 0.05 }) {
			continue
		}
		fmt.Fprintf(b, "| %s |", name)
		for _, p := range r.profiles {
			fmt.Fprintf(b, " %.1f |", p.shares[name])
		}
		fmt.Fprintln(b)
	}
	return b.String()
}

// write replaces the parts of the document.
func write(doc string, tables map[string]string) error {
	text, err := os.ReadFile(doc)
	if err != nil {
		return err
	}
	s := string(text)
	for name, table := range tables {
		begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
		i, j := strings.Index(s, begin), strings.Index(s, end)
		if i < 0 || j < i {
			return fmt.Errorf("%s has no place for the table %q between %q and %q", doc, name, strings.TrimSpace(begin), end)
		}
		s = s[:i+len(begin)] + table + s[j:]
	}
	return os.WriteFile(doc, []byte(s), 0o644)
}
