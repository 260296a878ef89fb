package points

import (
	"math"
	"strings"
	"testing"
)

// FuzzPoints: whatever a file of points or a word of the command line says, there are points
// with as many finite components as were wanted, or one line that says what is wrong.
func FuzzPoints(f *testing.F) {
	for _, text := range []string{"0.5,1,2\n0.25,1,2\n", "t,x0,x1\n0,1,2\n", "x1,x2\n1,2\n", "\ufeff# mine\n1,2\n", "1;2\n", "x,t\n", "\"1\n", "1,2\n1,2,3\n",
		`[{"t": 0.5, "x": [0.1, 0.2]}]`, `[{"x":[1]}]`, `[{"t":"a"}]`, "[] {}", "0.5:1,2", "x0", "1e400", "all:-1:1", "0:0:1e308", "1:-1e308:1e308", "0:0:1,1:0:1", "nan:0x1p3", "\x1b[31m,1\n"} {
		f.Add(text, uint8(2))
	}
	f.Fuzz(func(t *testing.T, text string, d uint8) {
		x0 := make([]float64, d%8+1)
		check := func(list []Point, err error) {
			t.Helper()
			if err != nil {
				if s := err.Error(); s == "" || strings.ContainsAny(s, "\n\x1b") {
					t.Errorf("the error is no line of text: %q", s)
				}
				return
			}
			for _, p := range list {
				if len(p.X) != len(x0) || math.IsNaN(p.T) || math.IsInf(p.T, 0) {
					t.Fatalf("%q is the point %+v, want %d components", text, p, len(x0))
				}
				for _, v := range p.X {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Fatalf("%q is the point %+v", text, p)
					}
				}
			}
		}
		check(readCSVPoints("p.csv", []byte(text), len(x0)))
		check(readJSONPoints("p.json", []byte(text), len(x0)))
		p, err := parse(text, x0)
		check([]Point{p}, err)
		plane, err := ParsePlane(text)
		check(nil, err)
		if s, err := ParseScan(text); err == nil {
			plane[0] = s
		} else {
			check(nil, err)
		}
		for _, s := range plane {
			if s.Low < s.High {
				list, err := s.through("line", x0, 3)
				check(nil, err)
				for _, x := range list {
					check([]Point{{X: x}}, nil)
				}
			}
		}
	})
}
