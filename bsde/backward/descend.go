package backward

import (
	"strings"
)

// descend trains step n of a sweep by Adam: from what least squares have found, or where there are none from the step
// after it.
func (e *engine[T]) descend(s *paths[T], n int) bool {
	e.learner.units(s, n)
	if e.method.Fit == Both {
		e.exchange(s.stride, n*s.stride, func(own, all *T, unit, shift float64, inner bool) {
			if *own = 0; !inner {
				*own = T((float64(*all) - shift) / unit)
			}
		})
	}
	if !e.learner.train(s, n) {
		return false
	}
	e.exchange(s.stride, n*s.stride, func(own, all *T, unit, shift float64, _ bool) {
		*all = T(float64(*own)*unit + shift)
	})
	for _, p := range e.learner.layout.Params() {
		if strings.HasPrefix(p.Name, hiddenName) {
			copy(e.Params[e.at[naming(s.stride, n*s.stride)(p.Name)]:][:p.Size()], e.learner.params[p.Offset:])
		}
	}
	return true
}

// exchange visits the coefficients of a step of a level: those of the learner, which are in its units, with those of the
// model, which are own·unit + shift. inner are those of the outputs of the network.
func (e *engine[T]) exchange(stride, k int, visit func(own, all *T, unit, shift float64, inner bool)) {
	l, parts := e.learner, map[string]part{}
	for _, p := range e.parts() {
		parts[p.name] = p
	}
	for _, p := range l.layout.Params() {
		name, inner := strings.CutSuffix(p.Name, networkName)
		part, is := parts[name]
		if !is {
			continue
		}
		own, all := l.params[p.Offset:][:p.Size()], e.Params[e.at[naming(stride, k)(p.Name)]:]
		for i := range own {
			unit, shift := l.std, 0.0
			switch {
			case part.first > 0:
				unit /= l.spread[part.moments+i%part.columns]
			case i == 0 && !inner:
				shift = l.mean // of the function 1
			}
			visit(&own[i], &all[i], unit, shift, inner)
		}
	}
}
