package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run/disk"
)

// ledger is the metrics as this process keeps them: files that grow at their end alone. A
// checkpoint has the length and the digest of the lines that belong to it, so that what a
// killed process wrote after it does no harm.
type ledger struct {
	lines, table *os.File
	records      int       // that are written
	bytes        int64     // of lines
	sum          hash.Hash // of them
}

func (l *ledger) close() {
	for _, f := range []*os.File{l.lines, l.table} {
		if f != nil {
			f.Close()
		}
	}
	*l = ledger{}
}

// writeMetrics brings the metrics up to the history. The first time in a process they are
// written anew, into files that nothing else has the name of.
func (r *Run) writeMetrics(history []bsde.Record) (err error) {
	l := &r.metrics
	begin := l.lines == nil
	if begin {
		l.sum = sha256.New()
	}
	var lines, table bytes.Buffer
	for _, h := range history[l.records:] {
		text, err := line(h)
		if err != nil {
			return err
		}
		lines.Write(text)
		table.Write(row(h))
	}
	if begin {
		err = r.beginMetrics(lines.Bytes(), table.Bytes())
	} else {
		err = errors.Join(appended(l.lines, lines.Bytes()), appended(l.table, table.Bytes()))
	}
	if err != nil {
		l.close() // what stands at their ends is not known
		return err
	}
	l.sum.Write(lines.Bytes())
	l.records, l.bytes = len(history), l.bytes+int64(lines.Len())
	r.noted = time.Now()
	return nil
}

// beginMetrics writes both files and opens them for more.
func (r *Run) beginMetrics(lines, table []byte) (err error) {
	if err = r.WriteOwn(MetricsFile, writing(append([]byte(tableHeader), table...))); err == nil {
		err = r.WriteOwn(MetricsLinesFile, writing(lines))
	}
	if err == nil {
		r.metrics.lines, err = disk.OpenToAppend(r.File(MetricsLinesFile))
	}
	if err == nil {
		r.metrics.table, err = disk.OpenToAppend(r.File(MetricsFile))
	}
	return err
}

// appended writes at the end of a file, for good.
func appended(f *os.File, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Sync()
}

// The marks of a checkpoint: what it belongs to, and the metrics up to it.
const (
	markRun        = "run"        // the digest of run.json
	markArithmetic = "arithmetic" // all that has trained so far
	markMetrics    = "metrics"    // SHA-256 of the lines
	markBytes      = "metrics_bytes"
)

// marks are those of a checkpoint at this moment.
func (r *Run) marks() map[string]string {
	return map[string]string{
		markRun: r.Digest, markArithmetic: r.arithmetic,
		markMetrics: hex.EncodeToString(r.metrics.sum.Sum(nil)), markBytes: strconv.FormatInt(r.metrics.bytes, 10),
	}
}

// historyOf is the history of a checkpoint, which must be one of this run.
func (r *Run) historyOf(c *bsde.Checkpoint) ([]bsde.Record, error) {
	if c.History != nil {
		if r.Format > 0 {
			return nil, errors.New("checkpoint: it is of an earlier version than the run")
		}
		return c.History, nil
	}
	if c.Marks[markRun] != r.Digest {
		return nil, fmt.Errorf("checkpoint: it is of another run than %s describes", ManifestFile)
	}
	size, err := strconv.ParseInt(c.Marks[markBytes], 10, 64)
	if err != nil || size < 0 || size > mostMetrics {
		return nil, fmt.Errorf("checkpoint: %q bytes of metrics, want a number up to %d", c.Marks[markBytes], int64(mostMetrics))
	}
	f, err := disk.Open(r.File(MetricsLinesFile))
	if err != nil {
		return nil, asError(err)
	}
	defer f.Close()
	sum := sha256.New()
	history, err := records(io.TeeReader(io.LimitReader(f, size), sum))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.File(MetricsLinesFile), err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != c.Marks[markMetrics] {
		return nil, r.changed(MetricsLinesFile, "the checkpoint was made")
	}
	return history, nil
}
