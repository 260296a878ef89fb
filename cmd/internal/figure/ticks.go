package figure

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// roundTicks marks up to so many steps of round numbers on an axis, 1, 2 or 5 times a
// power of ten apart, with all the digits that they have: plot.DefaultTicks marks 2.925
// as 2.93.
type roundTicks struct{ most int }

// Ticks are the marks from lo to hi.
func (r roundTicks) Ticks(lo, hi float64) (list []plot.Tick) {
	if !(hi > lo) || math.IsInf(hi-lo, 0) {
		return []plot.Tick{{Value: lo, Label: words.Exact(lo)}}
	}
	slack := 1e-9 * (hi - lo)
	power := int(math.Floor(math.Log10((hi - lo) / float64(r.most))))
	var step, first, last float64 // the marks are first … last times step
	use := func(times float64) int {
		step = times * math.Pow10(power)
		first, last = math.Ceil((lo-slack)/step), math.Floor((hi+slack)/step)
		return int(last - first + 1)
	}
	before := 1.0
	for _, times := range []float64{1, 2, 5, 10} {
		n := use(times)
		if n < 2 {
			use(before)
		}
		if n <= r.most+1 {
			break
		}
		before = times
	}
	for n := first; n <= last; n++ {
		list = append(list, plot.Tick{Value: n * step, Label: tickLabel(n*step, words.Exponent(step), math.Max(math.Abs(lo), math.Abs(hi)))})
	}
	return list
}

// wholeTicks are the whole numbers among round ones: there is no half a step.
type wholeTicks struct{ roundTicks }

// Ticks are the marks from lo to hi.
func (w wholeTicks) Ticks(lo, hi float64) (list []plot.Tick) {
	for _, tick := range w.roundTicks.Ticks(lo, hi) {
		if tick.Value = math.Round(1e9*tick.Value) / 1e9; tick.Value != math.Floor(tick.Value) {
			continue
		}
		if before, tenths, cut := strings.Cut(tick.Label, "."); cut && strings.Trim(tenths, "0") == "" {
			tick.Label = before
		}
		list = append(list, tick)
	}
	return list
}

// tickLabel is a multiple of a power of ten, with an exponent where the largest one on
// the axis would be long.
func tickLabel(x float64, power int, largest float64) string {
	if e := words.Exponent(largest); e > 6 || e < -4 {
		if x == 0 {
			return "0"
		}
		return strconv.FormatFloat(x, 'e', max(words.Exponent(x)-power, 0), 64)
	}
	return strconv.FormatFloat(x+0, 'f', max(-power, 0), 64) // + 0: no −0
}

// logTicks marks powers of ten on a logarithmic axis, and 2 and 5 times these where there
// are few; the other multiples have no number.
type logTicks struct{}

// Ticks are the marks from lo to hi.
func (logTicks) Ticks(lo, hi float64) (list []plot.Tick) {
	few := hi < 1000*lo
	lo, hi = lo*(1-1e-9), hi*(1+1e-9) // powers of ten are rounded
	for power := math.Floor(math.Log10(lo)); power <= math.Log10(hi); power++ {
		for times := 1.0; times < 10; times++ {
			tick := plot.Tick{Value: times * math.Pow(10, power)}
			if times == 1 || few && (times == 2 || times == 5) {
				tick.Label = strconv.FormatFloat(tick.Value, 'g', 6, 64)
			}
			if lo <= tick.Value && tick.Value <= hi {
				list = append(list, tick)
			}
		}
	}
	return list
}
