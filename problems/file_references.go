package problems

import (
	"sync"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
)

// withReferences is the control problem of a file with the methods whose conditions can
// be seen from its functions.
func withReferences(p control.Problem, start startRegion) *Control {
	c := &Control{Problem: p}
	c.riccati(sync.OnceValues(func() (*linearquadratic.Form, error) {
		fixed := c.Problem
		fixed.RandomStart = nil
		l, err := linearquadratic.Find(&fixed)
		if err == nil && start.random != nil {
			// Quadratic functions need the covariance alone, be the start normal or not.
			l.StartFactor = zeros(p.StateDim, p.StateDim)
			for i, v := range start.deviations {
				l.StartFactor[i][i] = v
			}
		}
		return l, err
	}))
	if p.Stages == 0 {
		c.References = append(c.References, coleHopfOfControl)
	}
	return c
}
