package figure

import (
	"image"
	"image/color"
	"io"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"
)

// recorded is a canvas that keeps what it was told.
type recorded struct {
	*recorder.Canvas
	io.WriterTo
}

func (recorded) Size() (w, h vg.Length) { return 100, 100 }

// TestDocument: PDF pictures have images as gonum/plot's turns them round, colours that are
// not darkened twice, and words beyond ASCII as outlines.
func TestDocument(t *testing.T) {
	r := &recorder.Canvas{}
	d := document{recorded{r, nil}}
	img := image.NewNRGBA(image.Rect(0, 0, 1, 2))
	img.Set(0, 0, color.White)
	d.DrawImage(vg.Rectangle{}, img)
	if got := r.Actions[0].(*recorder.DrawImage).Image; got.At(0, 1) != (color.NRGBA{0xff, 0xff, 0xff, 0xff}) || got.At(0, 0) != (color.NRGBA{}) {
		t.Error("the image stands on its head")
	}
	d.SetColor(color.NRGBA{R: 0xff, G: 0x80, A: 0x40})
	if red, green, _, alpha := r.Actions[1].(*recorder.SetColor).Color.RGBA(); red>>8 != 0xff || green>>8 != 0x80 || alpha>>8 != 0x40 {
		t.Errorf("red %x, green %x, opacity %x", red>>8, green>>8, alpha>>8)
	}
	d.SetColor(nil)
	face := font.DefaultCache.Lookup(sans(10), 10)
	d.FillString(face, vg.Point{}, "u(t, x)")
	d.FillString(face, vg.Point{}, "∂u/∂x")
	if _, ok := r.Actions[3].(*recorder.FillString); !ok {
		t.Error("plain words are none")
	}
	if fill, ok := r.Actions[4].(*recorder.Fill); !ok || len(fill.Path) < 50 {
		t.Error("∂ is not drawn")
	}
}
