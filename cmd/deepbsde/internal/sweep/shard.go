package sweep

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Shard is the share of one process: every Of-th chain of runs, from the Number-th on, both from 1.
type Shard struct{ Number, Of int }

// Has tells whether a run is in the share.
func (s Shard) Has(c Cell) bool { return s.Of == 0 || c.Chain%s.Of == s.Number-1 }

// ParseShard reads I/N, or auto/N and auto, which take the number from the array job of Slurm
// or the indexed job of Kubernetes that the process is one of.
func ParseShard(text string) (Shard, error) {
	number, of, cut := strings.Cut(text, "/")
	var s Shard
	var err error
	if cut {
		if s.Of, err = strconv.Atoi(of); err != nil || s.Of < 1 {
			return s, errors.New("want I/N, such as 1/3, or auto/N, or auto in an array job of Slurm")
		}
	}
	switch {
	case number == "auto":
		return s.ofJob(cut)
	case !cut:
		return s, errors.New("want I/N, such as 1/3, or auto/N, or auto in an array job of Slurm")
	}
	if s.Number, err = strconv.Atoi(number); err != nil || s.Number < 1 || s.Number > s.Of {
		return s, fmt.Errorf("want I/N with I from 1 to %d", s.Of)
	}
	return s, nil
}

// ofJob takes the number from the environment, and how many there are where that is not given.
func (s Shard) ofJob(counted bool) (Shard, error) {
	variable := func(name string, otherwise int) (int, bool) {
		n, err := strconv.Atoi(os.Getenv(name))
		if err != nil {
			return otherwise, false
		}
		return n, true
	}
	if id, ok := variable("SLURM_ARRAY_TASK_ID", 0); ok {
		first, _ := variable("SLURM_ARRAY_TASK_MIN", 1)
		step, _ := variable("SLURM_ARRAY_TASK_STEP", 1)
		s.Number = (id-first)/max(step, 1) + 1
		if count, ok := variable("SLURM_ARRAY_TASK_COUNT", 0); ok && !counted {
			s.Of = count
		}
	} else if id, ok := variable("JOB_COMPLETION_INDEX", 0); ok {
		s.Number = id + 1
	} else {
		return s, errors.New("auto is for an array job of Slurm (SLURM_ARRAY_TASK_ID) or an indexed job of Kubernetes (JOB_COMPLETION_INDEX), and neither is set")
	}
	if s.Of == 0 {
		return s, errors.New("auto does not know how many shares there are: want auto/N")
	}
	if s.Number < 1 || s.Number > s.Of {
		return s, fmt.Errorf("the job has the number %d, want one from 1 to %d", s.Number, s.Of)
	}
	return s, nil
}
