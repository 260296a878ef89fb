package problems

import (
	"fmt"
	"math"
	"sort"
)

// Param is a settable number of a family.
type Param struct {
	Name    string
	Default float64
	Doc     string // meaning and range
	Min     float64
	Max     float64 // inclusive bounds
	Open    bool    // Min itself is not allowed
}

// Horizon is the parameter that every problem in continuous time has, the final time.
func Horizon(t float64) Param {
	return Param{Name: "horizon", Default: t, Doc: "T, the final time", Min: 0, Max: math.Inf(1), Open: true}
}

func positive(name string, value float64, doc string) Param {
	return Param{Name: name, Default: value, Doc: doc, Min: 0, Max: math.Inf(1), Open: true}
}

func notNegative(name string, value float64, doc string) Param {
	return Param{Name: name, Default: value, Doc: doc, Min: 0, Max: math.Inf(1)}
}

func anyNumber(name string, value float64, doc string) Param {
	return Param{Name: name, Default: value, Doc: doc, Min: math.Inf(-1), Max: math.Inf(1)}
}

// values fills in defaults and checks names and ranges.
func (f *Family) values(set map[string]float64) (v Values, changed bool, err error) {
	v = Values{}
	var known []string
	for _, p := range f.Params {
		v[p.Name] = p.Default
		known = append(known, p.Name)
	}
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names) // so that the first error does not depend on the map
	for _, name := range names {
		i := f.param(name)
		if i < 0 {
			return nil, false, &UnknownError{"parameter", name, known}
		}
		p, x := f.Params[i], set[name]
		if math.IsNaN(x) || math.IsInf(x, 0) || x < p.Min || x > p.Max || p.Open && x == p.Min {
			return nil, false, fmt.Errorf("parameter %s is %g, want %s", name, x, p.Range())
		}
		v[name] = x
		changed = changed || x != p.Default
	}
	return v, changed, nil
}

func (f *Family) param(name string) int {
	for i, p := range f.Params {
		if p.Name == name {
			return i
		}
	}
	return -1
}

// Range is the allowed interval in words.
func (p Param) Range() string {
	switch {
	case math.IsInf(p.Min, -1) && math.IsInf(p.Max, 1):
		return "a finite number"
	case math.IsInf(p.Max, 1) && p.Open:
		return fmt.Sprintf("a finite number above %g", p.Min)
	case math.IsInf(p.Max, 1):
		return fmt.Sprintf("a finite number, at least %g", p.Min)
	}
	if math.IsInf(p.Min, -1) {
		return fmt.Sprintf("a finite number, at most %g", p.Max)
	}
	if p.Open {
		return fmt.Sprintf("a number above %g, at most %g", p.Min, p.Max)
	}
	return fmt.Sprintf("a number from %g to %g", p.Min, p.Max)
}
