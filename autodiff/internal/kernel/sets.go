package kernel

import (
	"fmt"
	"os"
)

// set is an instruction set, worst first.
type set int

const (
	generic set = iota
	avx2
	avx512
)

var setNames = [...]string{generic: "generic", avx2: "avx2", avx512: "avx512"}

// best is the best instruction set of this machine; active the one in use.
var (
	best   = detect()
	active = best
)

// Env is the environment variable that names the instruction set of a process.
const Env = "DEEPBSDE_KERNELS"

// chosen is the error in Env, if there is one.
var chosen = func() error {
	if name := os.Getenv(Env); name != "" {
		return Use(name)
	}
	return nil
}()

// Chosen is the error of a name in Env that this machine does not have; the best
// set is then in use.
func Chosen() error { return chosen }

// Sets lists the instruction sets this machine can run, the best first.
func Sets() []string {
	names := make([]string, 0, len(setNames))
	for s := best; s >= generic; s-- {
		names = append(names, setNames[s])
	}
	return names
}

// Active is the name of the instruction set in use.
func Active() string { return setNames[active] }

// Use makes all functions run the named instruction set. It is for tests and
// measurements, and must not run at the same time as any other function here.
func Use(name string) error {
	for s := generic; s <= best; s++ {
		if setNames[s] == name {
			active = s
			return nil
		}
	}
	return fmt.Errorf("no instruction set %q on this machine, want one of %v", name, Sets())
}
