package file

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/problems"
)

// mostTime is what reading a file may take in the fuzz tests: a thousand times what the
// named problems' files take.
const mostTime = 5 * time.Second

// FuzzParse: whatever the file, reading ends soon, either with a problem or with one
// located message.
func FuzzParse(f *testing.F) {
	addFiles(f, "examples/*.yaml", "testdata/malformed/*.yaml")
	f.Add([]byte("j\n\n text\n"))           // a text of several lines in the message
	f.Add([]byte("\"a\\u001b[31mb\": 1\n")) // and one that steers terminals
	f.Fuzz(func(t *testing.T, text []byte) { readFuzzed(t, text) })
}

// addFiles makes the files of the patterns the seeds of a fuzz test.
func addFiles(f *testing.F, patterns ...string) {
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
}

// FuzzFormula is the same for one formula in every field.
func FuzzFormula(f *testing.F) {
	for _, s := range []string{"y - y^3", "-lambda/2*normsq(z)", "min(max(x[0], -1), 1)", "dot([x[1:], t], z) + d", "y > 0 and not (t >= 1) ? y : 0",
		"sum(concat(x, broadcast(1, 3)))", "x[-1]**2", "sqrt(-2)^0.5", "a<b<c", "((((1))))", "i*dw", "0.1*x*dw", "[x[1], -x[0]]",
		"A*x", "transpose(A)*[x, 1] - A[0]", "A*A*x", "i == j ? 1 : 0.1*j"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, formula string) {
		quoted := "'" + strings.ReplaceAll(formula, "'", "''") + "'"
		head := "dim: 2\nhorizon: 1\nparameters: {lambda: 1}\n"
		for _, fields := range []string{
			"diffusion: 1\nterminal: sum(x)\ngenerator: %\n", "diffusion: 1\nterminal: %\n", "diffusion: %\nterminal: sum(x)\n",
			"start: %\ndrift: %\ndiffusion: 1\nterminal: sum(x)\n",
			"start: {box: [%, 1]}\nmatrices: {A: {rows: 3, entry: %}}\ndrift: (A*x)[1:]\ndiffusion: 1\nterminal: sum(x)\n",
			"start: {normal: [0, %]}\nmatrices: {A: {rows: 3, entry: i + j}}\ndrift: %\ndiffusion: A\nterminal: sum(x)\n", "define: {h: %}\nactions: 2\ndrift: %\nnoise-action: h*dw\nrunning-cost: sum(h)\n",
		} {
			readFuzzed(t, []byte(head+strings.ReplaceAll(fields, "%", quoted)))
		}
	})
}

func readFuzzed(t *testing.T, text []byte) {
	t.Helper()
	var family *problems.Family
	if endsSoon(t, text, func() (err error) { family, err = Parse("fuzz.yaml", text); return err }) {
		if len(family.Params) == 0 || family.Name == "" && strings.Contains(string(text), "name") {
			t.Errorf("an incomplete family: %+v", family)
		}
	}
}

// endsSoon tells whether the text could be read. If not, there must be one located
// message.
func endsSoon(t *testing.T, text []byte, read func() error) bool {
	t.Helper()
	start := time.Now()
	err := read()
	if took := time.Since(start); took > mostTime {
		t.Errorf("reading took %v", took)
	}
	if err == nil {
		return true
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("the error %v has no place", err)
	}
	checkExcerpt(t, e, text)
	return false
}
