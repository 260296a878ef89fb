package formula

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser/utils"
	"go.yaml.in/yaml/v4"
)

// Reader reads the nodes of a file in which numbers may be formulas.
type Reader struct {
	source.Reader
	Control bool // the file is a control problem
}

// NewReader reads nodes of the document.
func NewReader(d *source.Document) Reader { return Reader{Reader: source.Reader{Document: d}} }

// formula parses the text of a node; nil where there is an error.
func (r *Reader) formula(n *yaml.Node, what string) *formula {
	switch {
	case r.Err != nil:
	case n.Kind != yaml.ScalarNode:
		r.Fail(n, "%s is %s, want a number or a formula; a formula with [ ] must be in quotes", what, source.KindName(n))
	case source.Empty(n):
		r.Fail(n, "%s is empty, want a number or a formula, or no such key", what)
	case len(n.Value) > maxFormula:
		r.Fail(n, "the formula has %d bytes, want at most %d", len(n.Value), maxFormula)
	}
	if r.Err != nil {
		return nil
	}
	f := &formula{source: r.Document, node: n, text: n.Value}
	if plainNumber.MatchString(f.text) { // most entries of a large matrix
		if v, err := strconv.ParseFloat(f.text, 64); err == nil {
			f.tree = &ast.FloatNode{Value: v}
			return f
		}
	}
	if r.Err = f.parse(); r.Err != nil {
		return nil
	}
	return f
}

// plainNumber is a number that needs no parser; other forms of numbers go through it.
var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?(e-?[0-9]{1,2})?$`)

// Number is a formula without variables or parameters, such as 2/3 or 1e-3.
func (r *Reader) Number(n *yaml.Node, what string) float64 {
	f := r.formula(n, what)
	if f == nil {
		return 0
	}
	v, wrong := (&Instance{}).constant(f, what, 1)
	if wrong != nil {
		if r.Err == nil {
			r.Err = wrong
		}
		return 0
	}
	if math.IsNaN(v[0]) || math.IsInf(v[0], 0) {
		r.Fail(n, "%s is %g, want a finite number", what, v[0])
	}
	return v[0]
}

// Whole is a whole number between bounds.
func (r *Reader) Whole(n *yaml.Node, what string, least, most int) int {
	v := r.Number(n, what)
	if r.Err == nil && (v != math.Floor(v) || v < float64(least) || v > float64(most)) {
		r.Fail(n, "%s is %s, want a whole number from %d to %d", what, strings.TrimSpace(n.Value), least, most)
		return least
	}
	return int(v)
}

// Vector reads a formula, or a list of them.
func (r *Reader) Vector(n *yaml.Node, what string) *Vector {
	v := &Vector{node: n}
	if n.Kind != yaml.SequenceNode {
		v.parts = []*formula{r.formula(n, what)}
		return v
	}
	v.list = true
	for _, c := range r.Items(n, what) {
		v.parts = append(v.parts, r.formula(c, "a component of "+what))
	}
	return v
}

// One is a vector that must be a single formula.
func (r *Reader) One(n *yaml.Node, what string) *Vector {
	return &Vector{node: n, parts: []*formula{r.formula(n, what)}}
}

// CheckName refuses names that formulas could not use or that mean something else there.
func (r *Reader) CheckName(e source.Entry, what string) {
	_, isFunction := functions[e.Name]
	words := strings.Fields("not and or in let matches contains startsWith endsWith true false nil")
	switch {
	case !utils.IsValidIdentifier(e.Name) || strings.Contains(e.Name, "$") || len(e.Name) > 60:
		r.Fail(e.Key, "the name %s of a %s, want letters (Greek ones too), digits and _", source.Quoted(e.Name), what)
	case slices.Contains(symbols[r.Control], e.Name):
		r.Fail(e.Key, "%q cannot be the name of a %s: it is a variable of formulas (%s)", e.Name, what, strings.Join(symbols[r.Control], ", "))
	case isFunction:
		r.Fail(e.Key, "%q cannot be the name of a %s: it is a function", e.Name, what)
	case slices.Contains(words, e.Name):
		r.Fail(e.Key, "%q cannot be the name of a %s: it is a word of the language", e.Name, what)
	}
}

// Helper reads a formula that others use by its name.
func (r *Reader) Helper(e source.Entry) Helper {
	return Helper{e.Name, r.formula(e.Value, "the helper "+e.Name)}
}
