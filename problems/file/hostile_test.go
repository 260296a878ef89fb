package file

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/problems/file/internal/source"
)

// TestHostileFiles: files made to hang or to fill the memory are read or refused in a
// time that people wait for; 10 s leaves room for slow machines, most take milliseconds.
func TestHostileFiles(t *testing.T) {
	head := "dim: 2\nhorizon: 1\ndiffusion: 1\n"
	many := func(n int, format string) string {
		var b strings.Builder
		for k := range n {
			fmt.Fprintf(&b, format, k)
		}
		return b.String()
	}
	var matrix strings.Builder
	for range 400 {
		matrix.WriteString("  - [" + strings.TrimSuffix(strings.Repeat("1,", 400), ",") + "]\n")
	}
	for name, text := range map[string]string{
		"too large":           strings.Repeat("#", source.MaxSize+1),
		"brackets":            "start: " + strings.Repeat("[", source.MaxSize-100),
		"braces":              "start: " + strings.Repeat("{a: ", source.MaxSize/4-100),
		"dashes":              strings.Repeat("- ", source.MaxSize/2-100),
		"indentation":         many(1400, "%[1]*[1]dk:\n"),
		"aliases":             "a: &a [x]\n" + many(30, "b%[1]d: &b%[1]d [*a, *a, *a, *a]\n"),
		"one long line":       head + "terminal: sum(x)\nstart: [" + strings.Repeat("1,", 500_000) + "1]\n",
		"wide matrix":         "dim: 400\nhorizon: 1\nterminal: sum(x)\ndiffusion:\n" + matrix.String(),
		"dense correlation":   "dim: 3000\nhorizon: 1\nterminal: sum(x)\ndiffusion: {volatility: 1, correlation: 0.1}\n",
		"repeated chains":     head + "terminal: \"" + strings.Repeat("(1<", 90) + "1" + strings.Repeat("<1 ? 1 : 0)", 90) + " + sum(x)\"\n",
		"doubling helpers":    head + "terminal: h199 + sum(x)\ndefine:\n  h0: 1e-9*sum(x)\n" + doubling(199),
		"doubling widths":     head + "terminal: sum(h60)\ndefine:\n  h0: x\n" + widening(60),
		"broadcasts":          head + "terminal: sum(x)" + strings.Repeat("+sum(broadcast(1,100000))", 390) + "\n",
		"unary minus":         head + "terminal: " + strings.Repeat("-", 9000) + "sum(x)\n",
		"powers":              head + "terminal: sum(x)" + strings.Repeat("^1", 4900) + "\n",
		"conditionals":        head + "terminal: \"" + strings.Repeat("x[0]>1 ? 1 : ", 700) + "0\"\n",
		"many parameters":     head + "terminal: sum(x)\nparameters:\n" + many(50_000, "  p%[1]d: 1\n"),
		"many helpers":        head + "terminal: sum(x)\ndefine:\n" + many(50_000, "  p%[1]d: 1\n"),
		"many unknown keys":   many(50_000, "p%[1]d: 1\n"),
		"large dimension":     "dim: 100000\nhorizon: 1\ndiffusion: 0.1*x*dw\nstart: 1\nterminal: sum(x)\ngenerator: y - y^3\n",
		"many constraints":    "dim: 2\nhorizon: 1\nterminal-cost: sum(x)\nconstraints:\n" + strings.Repeat("  - {name: c, weight: 1, violation: x}\n", 20_000),
		"long matrix formula": matrices(1, "j"+strings.Repeat(" + sin(i*j)", 100)),
		"many large matrices": matrices(20, "1"),
		"operations on rows":  matrices(1, "1"+strings.Repeat("+1", 4900)),
		"many large products": matrices(1, "1") + "drift: " + strings.Repeat("(A0*broadcast(1, 3000))[:2] + ", 300) + "0\n",
		"transposed matrices": matrices(1, "1") + "drift: (" + strings.Repeat("transpose(", 90) + "A0" + strings.Repeat(")", 90) + "*broadcast(1, 3000))[:2]\n",
		"doubling matrices":   matrices(1, "1") + "drift: h199\ndefine:\n  h0: (A0*broadcast(1, 3000))[:2]\n" + doubling(199),
		"huge whole exponent": head + "terminal: sum(x)^99999999^99999999\n",
	} {
		start := time.Now()
		_, err := Parse("hostile.yaml", []byte(text))
		took := time.Since(start)
		message := "read"
		if err != nil {
			message, _, _ = strings.Cut(err.Error(), "\n")
			message = message[:min(len(message), 150)]
		}
		t.Logf("%-20s %8.3f s  %s", name, took.Seconds(), message)
		if took > 2*time.Minute { // a hang; the longest takes 2 s, 16 s under the race detector
			t.Errorf("%s took %v", name, took)
		}
		if e, ok := err.(*Error); ok {
			checkExcerpt(t, e, bytes.Repeat([]byte("\n"), strings.Count(text, "\n")))
			if len(e.Error()) > 3000 {
				t.Errorf("%s: a message of %d bytes", name, len(e.Error()))
			}
		} else if err != nil {
			t.Errorf("%s: the error %v has no place", name, err)
		}
	}
}

// matrices is a file with n matrices of the largest size.
func matrices(n int, entry string) string {
	var b strings.Builder
	b.WriteString("dim: 2\nhorizon: 1\ndiffusion: 1\nterminal: sum(x)\nmatrices:\n")
	for k := range n {
		fmt.Fprintf(&b, "  A%d: {rows: 3000, columns: 3000, entry: \"%s\"}\n", k, entry)
	}
	return b.String()
}

// doubling are n helpers, each the sum of the one above it with itself.
func doubling(n int) string {
	var b strings.Builder
	for k := 1; k <= n; k++ {
		fmt.Fprintf(&b, "  h%d: h%d + h%d\n", k, k-1, k-1)
	}
	return b.String()
}

// widening are n helpers, each twice as wide as the one above it.
func widening(n int) string {
	var b strings.Builder
	for k := 1; k <= n; k++ {
		fmt.Fprintf(&b, "  h%d: concat(h%d, h%d)\n", k, k-1, k-1)
	}
	return b.String()
}
