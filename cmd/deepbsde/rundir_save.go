package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// saver is what a run writes into its directory.
type saver interface {
	Save(io.Writer) error
	History() []bsde.Record
	Iteration() int
}

// save writes a checkpoint and the metrics up to it, and removes old checkpoints.
// Unless it is the last one, it does so only some time after the one before.
func (d *rundir) save(s saver, last bool) error {
	if !last && time.Since(d.saved) < checkpointPause {
		return nil
	}
	name := fmt.Sprintf("%s%09d%s", checkpointPrefix, s.Iteration(), checkpointSuffix)
	if err := replaceFile(d.file(name), func(f *os.File) error { return s.Save(f) }); err != nil {
		return err
	}
	d.saved = time.Now()
	list, err := d.checkpoints()
	if err != nil {
		return err
	}
	for _, old := range list[:max(len(list)-keptCheckpoints, 0)] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return d.writeMetrics(s.History())
}

// checkpoints lists the files, the newest last.
func (d *rundir) checkpoints() ([]string, error) {
	names, err := d.names()
	var list []string
	for _, name := range names { // in order
		if strings.HasPrefix(name, checkpointPrefix) && strings.HasSuffix(name, checkpointSuffix) {
			list = append(list, d.file(name))
		}
	}
	return list, err
}

// names are those of the files of the directory, in order.
func (d *rundir) names() ([]string, error) {
	entries, err := os.ReadDir(d.path)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// tidy removes what a killed run left half-written.
func (d *rundir) tidy() error {
	names, err := d.names()
	for _, name := range names {
		for _, own := range []string{manifestFile, resultFile, reportFile, pageFile, metricsFile, metricsLinesFile, checkpointPrefix} {
			if err == nil && strings.HasPrefix(name, "."+own) { // see replaceFile
				err = os.Remove(d.file(name))
			}
		}
	}
	return err
}

// restore loads the newest checkpoint that is whole. Without any the run begins anew.
func (d *rundir) restore(load func([]byte) error, warn func(string)) error {
	list, err := d.checkpoints()
	if err != nil {
		return err
	}
	var failed error
	for _, name := range slices.Backward(list) {
		data, err := os.ReadFile(name)
		if err == nil {
			err = load(data)
		}
		if err == nil {
			return nil
		}
		failed = fmt.Errorf("%s: %w", name, err)
		warn(failed.Error())
	}
	return failed
}

// writeMetrics writes the history as CSV, DeepBSDE's columns first, and as JSON lines.
func (d *rundir) writeMetrics(history []bsde.Record) error {
	header := []string{"step", "loss_function", "target_value", "elapsed_time", "learning_rate"}
	err := replaceFile(d.file(metricsFile), func(f *os.File) error {
		w := csv.NewWriter(f)
		w.Write(header)
		for _, r := range history {
			w.Write([]string{strconv.Itoa(r.Iteration), words.Full(r.Loss), words.Full(r.Value), words.Full(r.Elapsed.Seconds()), words.Full(r.LearningRate)})
		}
		w.Flush()
		return w.Error()
	})
	if err != nil {
		return err
	}
	return replaceFile(d.file(metricsLinesFile), func(f *os.File) error {
		e := json.NewEncoder(f)
		for _, r := range history {
			line := map[string]any{"step": r.Iteration, "loss_function": words.Number(r.Loss), "target_value": words.Number(r.Value),
				"elapsed_time": r.Elapsed.Seconds(), "learning_rate": r.LearningRate}
			if err := e.Encode(line); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *rundir) writeJSON(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(d.file(name), writing(append(text, '\n')))
}

// writeResult writes the result for people and for programs, whose file, written last,
// tells that the run is over.
func (d *rundir) writeResult(o outcome) error {
	if err := replaceFile(d.file(reportFile), writing([]byte(o.text()))); err != nil {
		return err
	}
	return d.writeJSON(resultFile, o.json())
}
