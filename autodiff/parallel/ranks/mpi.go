//go:build mpi

package ranks

/*
#cgo pkg-config: ompi-c
#include <mpi.h>
#include <sched.h>
#include <stdint.h>

static MPI_Comm ranks_world, ranks_end;
static MPI_Request ranks_request = MPI_REQUEST_NULL;

static int ranks_begin(int *self, int *count) {
	int given;
	if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &given) || given < MPI_THREAD_SERIALIZED) return 1;
	return MPI_Comm_dup(MPI_COMM_WORLD, &ranks_world) || MPI_Comm_dup(MPI_COMM_WORLD, &ranks_end) ||
		MPI_Comm_rank(ranks_world, self) || MPI_Comm_size(ranks_world, count);
}

static int ranks_gather(const void *own, int n, void *all, const int *sizes, const int *at) {
	return MPI_Iallgatherv(own, n, MPI_BYTE, all, sizes, at, MPI_BYTE, ranks_world, &ranks_request);
}

static MPI_Win ranks_window;
static int64_t *ranks_next, ranks_one = 1, ranks_taken;

// ranks_deal makes the counter of tickets, which rank 0 has, and tells whether all ranks can reach it.
static int ranks_deal(int self) {
	int fails, any;
	MPI_Comm_set_errhandler(ranks_world, MPI_ERRORS_RETURN);
	fails = MPI_Win_allocate(self ? 0 : sizeof *ranks_next, sizeof *ranks_next, MPI_INFO_NULL, ranks_world, &ranks_next, &ranks_window);
	if (MPI_Allreduce(&fails, &any, 1, MPI_INT, MPI_BOR, ranks_world) || any) return 0;
	if (MPI_Win_lock_all(MPI_MODE_NOCHECK, ranks_window)) return 0;
	if (!self) *ranks_next = 0;
	return !MPI_Win_sync(ranks_window) && !MPI_Barrier(ranks_world);
}

static int ranks_take(void) {
	return MPI_Rget_accumulate(&ranks_one, 1, MPI_INT64_T, &ranks_taken, 1, MPI_INT64_T, 0, 0, 1, MPI_INT64_T, MPI_SUM, ranks_window, &ranks_request);
}

static int64_t ranks_ticket(void) { return ranks_taken; }

static void ranks_fold(void) {
	MPI_Win_unlock_all(ranks_window);
	MPI_Win_free(&ranks_window);
}

static int ranks_leave(void) { return MPI_Ibarrier(ranks_end, &ranks_request); }

// looks tells whether what was begun has ended, and watches out for it for a while.
static int ranks_ended(int looks) {
	int done = 0;
	for (int i = 0; i < looks && !done; i++) {
		if (MPI_Test(&ranks_request, &done, MPI_STATUS_IGNORE)) return -1;
		if (i % 16 == 15) sched_yield();
	}
	return done;
}

static void ranks_abort(int status) { MPI_Abort(MPI_COMM_WORLD, status); }
static void ranks_finalize(void) { MPI_Finalize(); }
*/
import "C"

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"time"
	"unsafe"
)

// MPI tells whether this build can have more than one rank.
const MPI = true

// begun tells whether MPI has been started, among how many ranks, by which process, and whether these deal.
var (
	begun   bool
	dealing bool
	among   int
	starter int
)

// Begin joins the other ranks. Without mpirun, or another starter of MPI programs, there are none.
func Begin() error {
	started := func(name string) bool { return os.Getenv(name) != "" }
	if !slices.ContainsFunc([]string{"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_SIZE"}, started) {
		return nil
	}
	if !started("OMPI_MCA_opal_signal") {
		os.Setenv("OMPI_MCA_opal_signal", "") // Go has handlers of its own
	}
	var s, n C.int
	if C.ranks_begin(&s, &n) != 0 {
		return errors.New("MPI does not start, or cannot be called from several threads")
	}
	begun, among, starter, self, count = true, int(n), os.Getppid(), int(s), int(n)
	if count > 1 {
		world = openMPI{}
		if dealing = C.ranks_deal(s) != 0; dealing {
			world = dealingMPI{}
		}
	}
	return nil
}

// patience is how long a rank at its end waits for that of the others: what is not shared may take long.
const patience = time.Minute

// End leaves the other ranks, and tells whether they have come to their end too.
func End() bool {
	if !begun {
		return true
	}
	if among > 1 {
		C.ranks_leave()
		if !wait(time.Now().Add(patience)) {
			return false
		}
		if dealing {
			C.ranks_fold()
		}
	}
	C.ranks_finalize()
	return true
}

// Abort ends all ranks.
func Abort(status int) {
	if begun {
		C.ranks_abort(C.int(status))
	}
}

type openMPI struct{}

// atOnce is the most bytes that are gathered at a time, as MPI counts in int.
const atOnce = 1 << 30

// gather is MPI_Allgatherv, in pieces where it is much.
func (openMPI) gather(own, all []byte, sizes []int) {
	counts, at, begin, most := make([]C.int, count), make([]C.int, count), make([]int, count), slices.Max(sizes)
	for r := 1; r < count; r++ {
		begin[r] = begin[r-1] + sizes[r-1]
	}
	piece := atOnce / count
	if most <= piece {
		for r, n := range sizes {
			counts[r], at[r] = C.int(n), C.int(begin[r])
		}
		once(own, all, counts, at)
		return
	}
	some := make([]byte, atOnce)
	for lo := 0; lo < most; lo += piece {
		for r, n := range sizes {
			counts[r], at[r] = C.int(min(max(n-lo, 0), piece)), C.int(r*piece)
		}
		once(own[min(lo, len(own)):min(lo+piece, len(own))], some, counts, at)
		for r, n := range counts {
			copy(all[begin[r]+min(lo, sizes[r]):], some[r*piece:][:n])
		}
	}
}

func once(own, all []byte, counts, at []C.int) {
	var pin runtime.Pinner
	defer pin.Unpin()
	pointer := func(b []byte) unsafe.Pointer {
		if len(b) == 0 {
			return nil
		}
		pin.Pin(&b[0])
		return unsafe.Pointer(&b[0])
	}
	pin.Pin(&counts[0])
	pin.Pin(&at[0])
	if C.ranks_gather(pointer(own), C.int(len(own)), pointer(all), &counts[0], &at[0]) != 0 {
		panic(Lost("MPI fails to gather"))
	}
	wait(time.Time{})
}

// dealingMPI is openMPI with a counter that all ranks can reach.
type dealingMPI struct{ openMPI }

func (dealingMPI) ticket() int {
	if C.ranks_take() != 0 {
		panic(Lost("MPI fails to deal"))
	}
	wait(time.Time{})
	return int(C.ranks_ticket())
}

// grace is how long a rank that has been asked to stop waits for the others: mpirun, which asks all of them
// when one is dead, kills them a second later.
const grace = 600 * time.Millisecond

// wait waits for what was begun: by watching at first, then asleep between looks.
func wait(until time.Time) bool {
	looks, pause, longest := 100, 20*time.Microsecond, 500*time.Microsecond
	var asked time.Time
	for {
		switch C.ranks_ended(C.int(looks)) {
		case 1:
			return true
		case -1:
			panic(Lost("MPI fails"))
		}
		looks = 1
		if os.Getppid() != starter { // nobody is left to say that a rank is dead
			panic(Lost("the process that started the ranks is dead"))
		}
		time.Sleep(pause)
		pause = min(pause*5/4, longest)
		switch {
		case !until.IsZero():
			if time.Now().After(until) {
				return false
			}
		case !stopping.Load():
		case asked.IsZero():
			asked = time.Now()
		case time.Since(asked) > grace:
			panic(Lost("another rank is dead, or far from where it could stop"))
		}
	}
}
