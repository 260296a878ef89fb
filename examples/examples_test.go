package examples

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// program is an example with what its numbers must keep.
type program struct {
	name string
	// digits is for each line of the output how far its numbers may be from those in the
	// program's comment. Numbers without a network behind them may differ in the rounding
	// of their last digit; those of a network differ between instruction sets as much as
	// between seeds: the largest difference among the seeds 1 to 3, doubled.
	digits []float64
	// holds compares the solver's numbers with the reference's, line by line.
	holds func(n [][]float64) bool
}

// near tells whether a value and a reference are within four standard errors of the two and
// what the time step is stated to leave.
func near(value, stdErr, step, reference, referenceErr float64) bool {
	return math.Abs(value-reference) <= 4*math.Hypot(stdErr, referenceErr)+step
}

var programs = []program{
	{"customdrift", []float64{0, 2e-3, 4e-4}, func(n [][]float64) bool {
		forward, call := n[1], n[2]
		return near(forward[0], forward[1], forward[2], forward[3], forward[4]) && near(call[0], call[1], call[2], call[3], call[4])
	}},
	// Default costs between nothing and (1 − δ)·20 % of the value in a year.
	{"basket", []float64{1e-3, 3.2e-2, 1e-3}, func(n [][]float64) bool {
		riskless, risky, picard := n[0], n[1], n[2]
		return near(risky[0], risky[1], risky[2], picard[0], picard[1]) &&
			risky[0] < riskless[0] && risky[0] > riskless[0]*math.Exp(-0.6*0.2)
	}},
	// The programme on a grid is not exact, so that a policy can cost a little less: 1 %.
	{"control", []float64{0.02, 0.02, 0.2, 0.2}, func(n [][]float64) bool {
		return math.Abs(n[0][0]/n[0][1]-1) < 0.01 && n[1][0] < n[0][0]
	}},
	{"network", []float64{1e-4, 0.13, 0.06}, func(n [][]float64) bool {
		exact, shared, radial := n[0], n[1], n[2]
		return math.Abs(radial[0]/exact[0]-1) < 1e-3 && radial[2] < 0.7*shared[2]
	}},
	{"fromfile", []float64{3e-4, 1e-4}, func(n [][]float64) bool {
		solver, differences := n[0], n[1]
		return math.Abs(solver[0]-differences[0]) <= solver[1]+5e-5
	}},
}

var number = regexp.MustCompile(`[-+]?\d+(\.\d+)?(e-?\d+)?`)

// promised is the output that a program's comment shows.
func promised(t *testing.T, name string) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(name, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	comment, _, _ := strings.Cut(string(source), "\npackage main")
	_, shown, found := strings.Cut(strings.ReplaceAll(comment, "\n// ", " "), "It prints\n//\n")
	if !found {
		t.Fatalf("%s does not say what it prints", name)
	}
	return strings.ReplaceAll(shown, "//\t", "") + "\n"
}

// TestExamples builds and runs every program of the folder and compares what it prints with
// what it promises.
func TestExamples(t *testing.T) {
	folders, err := filepath.Glob("*/main.go")
	if err != nil || len(folders) != len(programs) {
		t.Errorf("%d programs, of which %d are tested, %v", len(folders), len(programs), err)
	}
	if testing.Short() {
		t.Skip("trains networks")
	}
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			binary := filepath.Join(t.TempDir(), p.name)
			if out, err := exec.Command("go", "build", "-o", binary, "./"+p.name).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			began := time.Now()
			out, err := exec.Command(binary).Output()
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%.1f s", time.Since(began).Seconds())
			want := promised(t, p.name)
			if got := string(out); number.ReplaceAllString(got, "0") != number.ReplaceAllString(want, "0") {
				t.Fatalf("it promises\n%sand prints\n%s", want, got)
			}
			got, shown := numbers(string(out)), numbers(want)
			for i := range got {
				for j := range got[i] {
					if !(math.Abs(got[i][j]-shown[i][j]) <= p.digits[i]*(1+1e-9)) {
						t.Errorf("line %d: %v, promised %v, which may differ by %g", i+1, got[i], shown[i], p.digits[i])
					}
				}
			}
			if !p.holds(got) {
				t.Errorf("the numbers disagree:\n%s", out)
			}
		})
	}
}

// numbers are those of a text, line by line.
func numbers(text string) (lines [][]float64) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var list []float64
		for _, s := range number.FindAllString(line, -1) {
			v, _ := strconv.ParseFloat(s, 64) // as the expression matches
			list = append(list, v)
		}
		lines = append(lines, list)
	}
	return lines
}
