package main

import (
	"fmt"
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
	scalars []string
	result  string // type, T standing for the precision, or nothing
	emit    func(m *machine, o *op)
}

func ops() []*op {
	var all []*op
	for _, list := range [][]*op{arithmetic, activations, reductions, columns} {
		all = append(all, list...)
	}
	return all
}

// begin opens the function of an op.
func (m *machine) begin(o *op) {
	m.Function(m.fn(o.name))
	sizes := o.sizes
	if sizes == nil {
		sizes = []string{"n"}
	}
	params := strings.Join(sizes, ", ") + " int, " + strings.Join(o.ptrs, ", ") + " *" + m.typ()
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
