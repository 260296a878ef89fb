package run

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
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

// writeMetrics writes the history as CSV and as JSON lines.
func (r *Run) writeMetrics(history []bsde.Record) error {
	err := WriteFile(r.File(MetricsFile), func(f *os.File) error {
		w := csv.NewWriter(f)
		w.Write([]string{"iteration", "loss", "trained_value", "seconds", "lr"})
		for _, h := range history {
			w.Write([]string{strconv.Itoa(h.Iteration), full(h.Loss), full(h.Value), full(h.Elapsed.Seconds()), full(h.LearningRate)})
		}
		w.Flush()
		return w.Error()
	})
	if err != nil {
		return err
	}
	return WriteFile(r.File(MetricsLinesFile), func(f *os.File) error {
		e := json.NewEncoder(f)
		for _, h := range history {
			if err := e.Encode(metric{h.Iteration, finite(h.Loss), finite(h.Value), h.Elapsed.Seconds(), h.LearningRate}); err != nil {
				return err
			}
		}
		return nil
	})
}

// History is the records of the run so far, from its metrics. Numbers that are not known
// are NaN.
func (r *Run) History() (history []bsde.Record, err error) {
	text, err := r.Read(MetricsLinesFile)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var m metric
		var old earlierMetric
		if err = json.Unmarshal(lines.Bytes(), &m); err == nil {
			err = json.Unmarshal(lines.Bytes(), &old)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.File(MetricsLinesFile), err)
		}
		if old.Step != nil {
			m = metric{*old.Step, old.Loss, old.Value, old.Seconds, old.LearningRate}
		}
		history = append(history, bsde.Record{
			Iteration: m.Iteration, Loss: orNaN(m.Loss), Value: orNaN(m.Value), LearningRate: m.LearningRate,
			Elapsed: time.Duration(m.Seconds * float64(time.Second)),
		})
	}
	return history, lines.Err()
}

// full is x with all its digits.
func full(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

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
