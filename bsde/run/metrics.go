package run

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run/disk"
)

// metric is a line of the metrics: a record with the names that flags, settings and
// results have too. Numbers that are not known are left out.
type metric struct {
	Iteration    int      `json:"iteration"`
	Loss         *float64 `json:"loss,omitempty"`
	Value        *float64 `json:"trained_value,omitempty"`
	Seconds      float64  `json:"seconds"`
	LearningRate float64  `json:"lr"`
}

// earlierMetric is a line as earlier versions wrote it, with the names of DeepBSDE.
type earlierMetric struct {
	Step         *int     `json:"step"`
	Loss         *float64 `json:"loss_function"`
	Value        *float64 `json:"target_value"`
	Seconds      float64  `json:"elapsed_time"`
	LearningRate float64  `json:"learning_rate"`
}

// line is a record as a line of JSON.
func line(h bsde.Record) ([]byte, error) {
	text, err := json.Marshal(metric{h.Iteration, finite(h.Loss), finite(h.Value), h.Elapsed.Seconds(), h.LearningRate})
	return append(text, '\n'), err
}

// tableHeader and row are the same as CSV.
const tableHeader = "iteration,loss,trained_value,seconds,lr\n"

func row(h bsde.Record) []byte {
	text := strconv.AppendInt(nil, int64(h.Iteration), 10)
	for _, x := range []float64{h.Loss, h.Value, h.Elapsed.Seconds(), h.LearningRate} {
		text = strconv.AppendFloat(append(text, ','), x, 'g', -1, 64)
	}
	return append(text, '\n')
}

// record reads a line, of this version or an earlier one.
func record(text []byte) (h bsde.Record, err error) {
	var m struct {
		metric
		earlierMetric
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return h, err
	}
	now, old := m.metric, m.earlierMetric
	if old.Step != nil {
		now = metric{*old.Step, old.Loss, old.Value, old.Seconds, old.LearningRate}
	}
	return bsde.Record{
		Iteration: now.Iteration, Loss: orNaN(now.Loss), Value: orNaN(now.Value), LearningRate: now.LearningRate,
		Elapsed: time.Duration(math.Round(now.Seconds * float64(time.Second))),
	}, nil
}

// mostLine is how many bytes a line may have: several times what the longest record has.
const mostLine = 4096

// records reads lines. A last one that has no end, as a killed process leaves it, is left out.
func records(from io.Reader) (history []bsde.Record, err error) {
	lines := bufio.NewReaderSize(from, mostLine)
	for {
		text, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			return history, nil
		case errors.Is(err, bufio.ErrBufferFull):
			err = fmt.Errorf("a line of more than %d bytes", mostLine)
		}
		var h bsde.Record
		if err == nil {
			h, err = record(text)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", len(history)+1, err)
		}
		history = append(history, h)
	}
}

// mostMetrics is how many bytes of metrics are read: those of some ten million records.
const mostMetrics = 1 << 31

// History is the records of the run so far, from its metrics. Numbers that are not known
// are NaN.
func (r *Run) History() ([]bsde.Record, error) {
	f, err := disk.Open(r.File(MetricsLinesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, asError(err)
	}
	defer f.Close()
	history, err := records(io.LimitReader(f, mostMetrics))
	if err != nil {
		err = fmt.Errorf("%s: %w", r.File(MetricsLinesFile), err)
	}
	return history, err
}

func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}
