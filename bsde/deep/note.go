package deep

import "github.com/deepbsde/deepbsde/autodiff"

// note is what a checkpoint keeps of a fit: the stride of the level at work, 0 before the first, and
// whether it has ended.
type note[T autodiff.Float] []T

// noteName is the name of its array.
const noteName = "features/level"

// note is that of the fit, in place.
func (f *fit[T]) note() note[T] {
	for _, p := range f.e.Layout.States() {
		if p.Name == noteName {
			return note[T](f.e.States[p.Offset:][:p.Size()])
		}
	}
	panic("deep: a fit without a note")
}

func (n note[T]) stride() int      { return int(n[0]) }
func (n note[T]) begin(stride int) { n[0] = T(stride) }
func (n note[T]) settle()          { n[1] = 1 }
func (n note[T]) settled() bool    { return n[1] != 0 }
