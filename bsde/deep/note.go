package deep

import "github.com/deepbsde/deepbsde/autodiff"

// note is what a checkpoint keeps of a fit: the stride of the level at work, 0 before the first, and
// whether it has ended.
type note[T autodiff.Float] []T

// noteName is the name of its array.
const noteName = "features/level"

// leftName is the name of the share of the spread that a fit has left, see model.left.
const leftName = "features/left"

// note is that of the fit, in place.
func (f *fit[T]) note() note[T] { return note[T](f.e.state(noteName)) }

// state is a state of the model, in place.
func (m *model[T]) state(name string) []T {
	for _, p := range m.Layout.States() {
		if p.Name == name {
			return m.States[p.Offset:][:p.Size()]
		}
	}
	panic("deep: no state " + name)
}

func (n note[T]) stride() int      { return int(n[0]) }
func (n note[T]) begin(stride int) { n[0] = T(stride) }
func (n note[T]) settle()          { n[1] = 1 }
func (n note[T]) settled() bool    { return n[1] != 0 }
