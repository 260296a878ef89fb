package autodiff

import "time"

// pace decides whether the workers of a pool share its plans, or whether the caller does them alone: beside other
// processes, a worker may wait longer for another one that has lost its core than that one saves it.
//
// The work in a plan is measured by the shortest time that it has ever taken. So much work in so much time is a
// speed, at which all workers or the caller get through a window of runs; once that of all workers is low, the other
// way is tried, and the faster one is taken. As long as nothing disturbs the workers, nothing is tried.
type pace struct {
	now        way
	work, wall time.Duration // of the window so far
	speed      [2]float64    // by way, averaged over windows; 0 for none yet
	left       int           // windows until the slower way is tried again
	pause      int           // windows between its last two trials
	trial      bool
}

// way is one of two.
type way int

const (
	together way = iota
	alone
)

const (
	window     = 10 * time.Millisecond
	disturbed  = 0.7 // a speed at which the other way is tried
	firstPause = 8
	lastPause  = 256
)

// after takes in a run of a plan that is done again and again, and the time it took.
func (p *pace) after(plan *Plan, wall time.Duration) {
	if p.now == together && (plan.least == 0 || wall < plan.least) {
		plan.least = wall
	}
	p.work += plan.least
	p.wall += wall
	if p.wall < window {
		return
	}
	speed := float64(p.work) / float64(p.wall)
	if old := p.speed[p.now]; old > 0 {
		speed = 0.7*old + 0.3*speed
	}
	p.speed[p.now] = speed
	p.work, p.wall = 0, 0
	p.choose()
}

// choose is the way of the next window.
func (p *pace) choose() {
	better := together
	if p.speed[alone] > p.speed[together] {
		better = alone
	}
	switch {
	case p.speed[together] > disturbed:
		p.now, p.trial = together, false
	case p.trial:
		if p.now == better { // the trial was worth it
			p.pause = firstPause
		} else {
			p.pause = min(2*max(p.pause, firstPause), lastPause)
		}
		p.now, p.trial, p.left = better, false, p.pause
	case p.left > 0:
		p.now = better
		p.left--
	default:
		p.now, p.trial = 1-better, true
	}
}
