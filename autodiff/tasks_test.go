package autodiff

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"gorgonia.org/gorgonia"
)

// readsAsDeclared runs every operation of a graph for some of its rows, with NaN in
// place of all numbers that it says those rows do not depend on.
func readsAsDeclared(t *testing.T, g *Graph, cost Node, params, states []float64) {
	t.Helper()
	c := &compiler[float64]{
		g: g, prog: &Program[float64]{Params: params, States: states, inputs: map[string][]float64{}},
		memory: (&Arena[float64]{}).begin(),
		values: map[*gorgonia.Node]matrix[float64]{}, maker: map[*gorgonia.Node]*step[float64]{},
	}
	wanted := []*gorgonia.Node{cost.n}
	for n, l := range g.leaves {
		if d := n.Deriv(); l.kind == paramLeaf && d != nil {
			wanted = append(wanted, d)
		}
	}
	if err := c.collect(wanted); err != nil {
		t.Fatal(err)
	}
	for _, s := range c.steps {
		for i, n := range s.inputs {
			s.in[i] = c.values[n]
		}
		s.out.data = make([]float64, s.out.rows*s.out.cols)
		c.values[s.node] = s.out
		s.op.f64(&call[float64]{out: s.out, in: s.in, hi: s.out.rows})
		if s.op.whole || s.op.view {
			continue
		}
		for lo := range s.out.rows {
			hi := min(lo+2, s.out.rows)
			k := call[float64]{lo: lo, hi: hi, out: s.out, in: slices.Clone(s.in)}
			k.out.data = make([]float64, len(s.out.data))
			for i, m := range s.in {
				from, to := s.op.needs(i, dims{m.rows, m.cols}, dims{s.out.rows, s.out.cols}, lo, hi)
				k.in[i].data = slices.Clone(m.data)
				for j := range m.data {
					if j < from*m.cols || j >= to*m.cols {
						k.in[i].data[j] = math.NaN()
					}
				}
			}
			s.op.f64(&k)
			if want := s.out.span(lo, hi); !slices.Equal(k.out.span(lo, hi), want) {
				t.Errorf("%s, rows %d to %d: %v, with all operands %v", s.op.name, lo, hi, k.out.span(lo, hi), want)
			}
		}
	}
}

// TestTasksInAnyOrder: of two tasks that may run at the same time, neither writes
// what the other uses.
func TestTasksInAnyOrder(t *testing.T) {
	p, _, _ := compiled[float32](t)
	type stretch struct {
		lo, hi uintptr
		write  bool
	}
	before := make([]bits, len(p.tasks))
	memory := make([][]stretch, len(p.tasks))
	number := map[*task[float32]]int{}
	for i, task := range p.tasks {
		number[task] = i
		for _, d := range task.deps {
			before[i].add(number[d])
			before[i].addAll(before[number[d]])
		}
		add := func(m matrix[float32], write bool) {
			at := uintptr(unsafe.Pointer(unsafe.SliceData(m.data)))
			memory[i] = append(memory[i], stretch{at, at + uintptr(4*len(m.data)), write})
		}
		for _, k := range task.calls {
			out := k.out
			out.data = out.span(k.lo, k.hi)
			add(out, true)
			for _, in := range k.in {
				if in.rows == k.out.rows && in.cols == k.out.cols { // elementwise
					in.data = in.span(k.lo, k.hi)
				}
				add(in, false)
			}
		}
	}
	pairs := 0
	for i := range p.tasks {
		for j := range i {
			if before[i].has(j) {
				continue
			}
			pairs++
			for _, a := range memory[i] {
				for _, b := range memory[j] {
					if (a.write || b.write) && a.lo < b.hi && b.lo < a.hi {
						t.Fatalf("tasks %d and %d use the same memory", i, j)
					}
				}
			}
		}
	}
	if pairs < 10 {
		t.Errorf("only %d pairs of %d tasks are independent", pairs, len(p.tasks))
	}
}

// TestStackedGradient: the gradient of a batch that is read block by block is put
// together at once where no two blocks overlap, and added up where they do.
func TestStackedGradient(t *testing.T) {
	for _, overlap := range []bool{false, true} {
		l := &Layout{}
		g := NewGraph[float64](l, true)
		x := g.Param("x", 12, 3, 1, Normal(0, 1))
		sum := g.RowDot(g.Rows(x, 0, 2), g.Rows(x, 8, 2))
		for k := range 3 {
			r := g.Rows(x, 2*k+2, 2)
			sum = g.Add(sum, g.RowDot(r, r))
		}
		if overlap {
			r := g.Rows(x, 3, 2)
			sum = g.Add(sum, g.RowDot(r, r))
		}
		cost := g.Loss(sum, 0)
		p, err := Compile(g, Target{Cost: cost}, l.Initial(1), nil)
		if err != nil {
			t.Fatal(err)
		}
		pool := NewPool(1)
		distance, err := CheckGradient(p, cost, pool)
		if err != nil || !(distance <= 1e-6) {
			t.Errorf("overlap %t: gradient differs from central differences by %g, %v", overlap, distance, err)
		}
		c := &compiler[float64]{g: g}
		if _, _, stacked := c.stacked(x.n.Deriv()); stacked == overlap {
			t.Errorf("overlap %t: stacked %t", overlap, stacked)
		}
	}
}
