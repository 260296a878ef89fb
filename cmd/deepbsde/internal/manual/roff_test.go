package manual

import "testing"

func TestRoff(t *testing.T) {
	for s, want := range map[string]string{
		".TH":          `\&.TH`,
		"'so":          `\&\(aqso`,
		`a\n--b 'c' `:  `a\en\-\-b \(aqc\(aq `,
		"∇u … `x`":     `\[u2207]u ... \(gax\(ga`,
		"plain text 1": "plain text 1",
	} {
		if got := roff(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}
