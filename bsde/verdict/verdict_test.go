package verdict

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/pde"
)

// TestCompare: every rule on made-up numbers, and what the sentence says of it.
func TestCompare(t *testing.T) {
	nan := math.NaN()
	exact := func(v float64) Claim { return Claim{Value: v} }
	for _, c := range []struct {
		name              string
		answer, reference Claim
		want              Verdict
		says              string
	}{
		{"near", Claim{Value: 1, Error: 0.01}, exact(1.005), Agrees, "The reference agrees: the answer is 0.0050 away from it, and the errors of both together are 0.010."},
		{"far", Claim{Value: 1, Error: 0.01}, exact(1.02), Disagrees, "The reference disagrees: the answer is 0.020 away from it, and the errors of both together are 0.010."},
		{"the reference's own error counts", Claim{Value: 1, Error: 0.01}, Claim{Value: 1.02, Error: 0.012}, Agrees, ""},
		{"363 % off within an error as large", Claim{Value: 4.63, Error: 4}, exact(1), Undecided, "the errors of both together are 4.0, too wide to tell (more than 5 % of the value)"},
		{"43 % off within an error as large", Claim{Value: 1.43, Error: 0.5}, exact(1), Undecided, "too wide to tell"},
		{"363 % off with a small error", Claim{Value: 4.63, Error: 0.1}, exact(1), Disagrees, ""},
		{"a reference that is too wide", Claim{Value: 1, Error: 0.01}, Claim{Value: 1, Error: 0.06}, Undecided, "too wide to tell"},
		{"just narrow enough", Claim{Value: 100, Error: 5}, exact(100), Agrees, ""},
		{"error unknown", Claim{Value: 1, Error: nan}, exact(1), Undecided, "the answer states no error that can be trusted"},
		{"error unknown, and far", Claim{Value: 1, Error: nan}, exact(7), Undecided, "the answer states no error that can be trusted"},
		{"not trusted", Claim{Value: 1, Error: 0.01, Doubt: true}, exact(7), Undecided, "the answer states no error that can be trusted"},
		{"no answer", Claim{Value: nan, Error: 0.01}, exact(7), Undecided, "there is no answer"},
		{"reference without an error", Claim{Value: 1, Error: 0.01}, Claim{Value: 1, Error: nan}, Undecided, "it states no error itself"},
		{"above a lower bound", Claim{Value: 1.3, Error: 0.01}, Claim{Value: 1, Bound: pde.Lower}, Undecided, "it is a lower bound, which the answer keeps"},
		{"at a lower bound", Claim{Value: 0.995, Error: 0.01}, Claim{Value: 1, Bound: pde.Lower}, Undecided, "it is a lower bound"},
		{"below a lower bound", Claim{Value: 0.9, Error: 0.01}, Claim{Value: 1, Error: 0.02, Bound: pde.Lower}, Disagrees, ""},
		{"above an upper bound", Claim{Value: 1.1, Error: 0.01}, Claim{Value: 1, Bound: pde.Upper}, Disagrees, ""},
		{"below an upper bound", Claim{Value: 0.5, Error: 0.01}, Claim{Value: 1, Bound: pde.Upper}, Undecided, "it is an upper bound"},
		{"a cost above the optimum", Claim{Value: 1.3, Error: 0.01, Bound: pde.Upper}, exact(1), Undecided, "the answer is an upper bound, which it keeps"},
		{"a cost below the optimum", Claim{Value: 0.9, Error: 0.01, Bound: pde.Upper}, exact(1), Disagrees, ""},
		{"two bounds that cross", Claim{Value: 1.3, Error: 0.01, Bound: pde.Lower}, Claim{Value: 1, Bound: pde.Upper}, Disagrees, ""},
		{"two bounds that do not", Claim{Value: 0.9, Error: 0.01, Bound: pde.Lower}, Claim{Value: 1, Bound: pde.Upper}, Undecided, ""},
		{"zero", exact(0), exact(0), Agrees, ""},
		{"the last digits", Claim{Value: 1 + 1e-12}, exact(1), Agrees, ""},
	} {
		f := Compare(c.answer, c.reference)
		if f.Verdict != c.want || !strings.Contains(f.Sentence(), c.says) {
			t.Errorf("%s: %s, %s\nwant %s, %s", c.name, f.Verdict, f.Sentence(), c.want, c.says)
		}
		if !strings.HasPrefix(f.Sentence(), "The reference ") || !strings.HasSuffix(f.Sentence(), ".") || strings.Contains(f.Sentence(), "NaN") {
			t.Errorf("%s: %q is no sentence on the reference", c.name, f.Sentence())
		}
	}
}

// TestOf: a reference is as good as it says, and a bound stays one.
func TestOf(t *testing.T) {
	c := Of(&pde.Reference{Value: 21.21, StdErr: 0.028, Bound: pde.Upper})
	if c.Value != 21.21 || math.Abs(c.Error-1.96*0.028) > 1e-5 || c.Bound != pde.Upper || c.Doubt {
		t.Errorf("%+v", c)
	}
}

// TestCovers: a wide interval covers, an unknown one does not, whatever the trust.
func TestCovers(t *testing.T) {
	reference := Claim{Value: 1}
	for _, c := range []struct {
		answer Claim
		want   bool
	}{
		{Claim{Value: 4, Error: 5}, true},
		{Claim{Value: 4, Error: 5, Doubt: true}, true},
		{Claim{Value: 4, Error: 2}, false},
		{Claim{Value: 1, Error: math.NaN()}, false},
		{Claim{Value: math.NaN(), Error: 1}, false},
	} {
		if got := Covers(c.answer, reference); got != c.want {
			t.Errorf("%+v: %t, want %t", c.answer, got, c.want)
		}
	}
}
