package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// op is a function over slices: its assembly for a machine, and what the
// dispatcher has to know to call it.
type op struct {
	name    string
	doc     string
	sizes   []string // of a matrix; none for a vector of n numbers
	ptrs    []string // slices, the first of which gives n
	doubles []string // those of ptrs that are float64 in either precision
	scalars []string
	result  string // type, T standing for the precision, or nothing
	emit    func(m *machine, o *op)
}

func ops() []*op {
	var all []*op
	for _, list := range [][]*op{arithmetic, activations, reductions, columns, conversions} {
		all = append(all, list...)
	}
	return all
}

// elem is the type of the elements of a slice, in a function for typ.
func (o *op) elem(ptr, typ string) string {
	if slices.Contains(o.doubles, ptr) {
		return "float64"
	}
	return typ
}

// begin opens the function of an op.
func (m *machine) begin(o *op) {
	m.Function(m.fn(o.name))
	sizes := o.sizes
	if sizes == nil {
		sizes = []string{"n"}
	}
	params := strings.Join(sizes, ", ") + " int"
	for _, p := range o.ptrs {
		params += ", " + p + " *" + o.elem(p, m.typ())
	}
	if o.scalars != nil {
		params += ", " + strings.Join(o.scalars, ", ") + " " + m.typ()
	}
	m.SignatureExpr(fmt.Sprintf("func(%s) %s", params, strings.ReplaceAll(o.result, "T", m.typ())))
	m.Doc(m.fn(o.name) + " " + o.doc)
	m.Pragma("noescape")
	m.Attributes(0)
	m.consts = nil
}

// arg loads an integer or pointer parameter.
func (m *machine) arg(name string) reg.GPVirtual {
	r := m.GP64()
	m.Load(m.Param(name), r)
	return r
}

// scalar copies a number of the parameters to all lanes.
func (m *machine) scalar(name string) reg.VecVirtual {
	p, err := m.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	v := m.vec()
	m.spread(v, p.Addr)
	return v
}

// end closes a function.
func (m *machine) end() {
	m.VZEROUPPER()
	m.RET()
}

// at is element index of the array at base.
func (m *machine) at(base, index reg.GPVirtual) operand.Mem {
	return operand.Mem{Base: base, Index: index, Scale: uint8(m.size())}
}
