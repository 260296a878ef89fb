package riccati_test

import (
	"context"
	"fmt"
	"log"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/control/reference/riccati"
)

// A pendulum near its upper rest, held there by a torque; state: angle and speed.
func Example() {
	pendulum := &linearquadratic.Form{
		Name: "pendulum",
		A:    [][]float64{{0, 1}, {1, 0}},
		B:    [][]float64{{0}, {1}},
		S:    [][]float64{{0}, {0.2}},
		Q:    [][]float64{{1, 0}, {0, 0}}, R: [][]float64{{0.1}}, G: [][]float64{{1, 0}, {0, 1}},
		Start: []float64{0.5, 0}, Horizon: 2,
	}
	continuous, err := riccati.Continuous(pendulum)
	if err != nil {
		log.Fatal(err)
	}
	grid, err := riccati.Discrete(pendulum, 50)
	if err != nil {
		log.Fatal(err)
	}
	p, err := pendulum.Problem()
	if err != nil {
		log.Fatal(err)
	}
	d, err := p.Discretise(50)
	if err != nil {
		log.Fatal(err)
	}
	o, err := control.Simulate(context.Background(), d, grid.Policy, control.Simulation{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("continuous %.4f, 50 steps %.4f, simulated %.2f\n", continuous.Value, grid.Value, o.Cost)
	fmt.Printf("first gain %.1f\n", grid.Policy.Gains[0].RawRowView(0))
	// Output:
	// continuous 0.2718, 50 steps 0.2844, simulated 0.28
	// first gain [4.2 2.9]
}
