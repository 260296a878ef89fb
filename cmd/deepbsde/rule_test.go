package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRule: simulate and plot show the rule of a saved run, and say what they cannot.
func TestRule(t *testing.T) {
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	for name, args := range map[string]string{
		"one": "american-put --set dates=4", "two": "bermudan-max-call --dim 2", "three": "bermudan-max-call --dim 3", "line": "hjb --dim 2",
	} {
		options := " --options samples=1024,outer=-1"
		if name == "line" {
			options = ""
		}
		if out := execute(t, strings.Fields("solve "+args+options+" --steps 9 --paths 512 --quiet --out "+at(name))...); !out.finished() {
			t.Fatal(out.stderr)
		}
	}
	out := execute(t, "simulate", at("one"), "--paths", "600", "--samples", at("s.csv"), "--json")
	var j struct {
		Paths int
		Dates []struct{ Time, Share float64 }
	}
	if err := json.Unmarshal([]byte(out.stdout), &j); err != nil || j.Paths != 600 || len(j.Dates) != 4 {
		t.Fatalf("%v: %s%s", err, out.stdout, out.stderr)
	}
	sum := 0.0
	for _, d := range j.Dates {
		sum += d.Share
	}
	if sum < 1-1e-9 || sum > 1+1e-9 {
		t.Errorf("the shares of the dates add up to %v", sum)
	}
	f, err := os.Open(at("s.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, err := csv.NewReader(f).ReadAll(); err != nil || len(rows) != 601 || strings.Join(rows[0], ",") != "path,time,exercised,payoff,x0" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if out := execute(t, "simulate", at("two"), "--plot", at("two.svg")); !strings.Contains(out.stdout, "never before T") {
		t.Errorf("%s%s", out.stdout, out.stderr)
	}
	for name, want := range map[string]string{"one": "exercise at a date", "two": "exercise at the date"} {
		execute(t, "plot", at(name), "--what", "exercise", "--out", at("p.svg"))
		if text, err := os.ReadFile(at("p.svg")); err != nil || !strings.Contains(string(text), want) || !strings.Contains(string(text), "where paths were exercised") {
			t.Errorf("%s: the picture has no %q, %v", name, want, err)
		}
		execute(t, "report", at(name), "--out", at("r.html"))
		if text, err := os.ReadFile(at("r.html")); err != nil || !strings.Contains(string(text), "at which the rule exercises") {
			t.Errorf("%s: the report has no region, %v", name, err)
		}
	}
	for _, c := range []struct{ args, want string }{
		{"plot " + at("three") + " --what exercise --out " + at("x.svg"), "needs one or two dimensions"},
		{"plot " + at("line") + " --what exercise --out " + at("x.svg"), "no early exercise"},
		{"simulate " + at("three") + " --plot " + at("x.svg"), "needs one or two dimensions"},
		{"simulate " + at("one") + " --component 0", "--component is for policies"},
	} {
		if out := execute(t, strings.Fields(c.args)...); out.status != exitUsage || !strings.Contains(out.stderr, c.want) {
			t.Errorf("%s: status %d, %s, want %q", c.args, out.status, out.stderr, c.want)
		}
	}
}
