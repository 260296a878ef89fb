package machine

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// free is the least of what the system, the control groups and the limits of the process leave.
func free() float64 {
	least := float64(AddressSpace)
	take := func(bytes float64, known bool) {
		if known {
			least = max(min(least, bytes), 0)
		}
	}
	take(field("/proc/meminfo", "MemAvailable:", 1024))
	for _, g := range groups() {
		take(g.left())
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &limit); err == nil && limit.Cur < 1<<62 {
		used, known := field("/proc/self/status", "VmSize:", 1024)
		take(float64(limit.Cur)-used, known)
	}
	return least
}

// used is what the process has.
func used() float64 {
	bytes, _ := field("/proc/self/status", "VmRSS:", 1024)
	return bytes
}

// field is the number behind a word at the begin of a line, in bytes.
func field(file, word string, unit float64) (float64, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, word); ok {
			return number(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), unit)
		}
	}
	return 0, false
}

func number(text string, unit float64) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return n * unit, err == nil
}

// group is a control group with a limit of memory, of version 1 or 2.
type group struct{ limit, usage, stat, cache string }

// left is what the limit leaves; files that it caches make room.
func (g group) left() (float64, bool) {
	limit, known := whole(g.limit)
	used, measured := whole(g.usage)
	if !known || !measured {
		return 0, false
	}
	cached, _ := field(g.stat, g.cache+" ", 1)
	return limit - used + cached, true
}

func whole(file string) (float64, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	return number(string(text), 1) // "max" is no number
}

// groups are those of this process and all above them.
func groups() (list []group) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		for path := filepath.Clean("/" + parts[2]); ; path = filepath.Dir(path) {
			switch {
			case parts[1] == "":
				dir := filepath.Join("/sys/fs/cgroup", path)
				list = append(list, group{dir + "/memory.max", dir + "/memory.current", dir + "/memory.stat", "inactive_file"})
			case parts[1] == "memory":
				dir := filepath.Join("/sys/fs/cgroup/memory", path)
				list = append(list, group{dir + "/memory.limit_in_bytes", dir + "/memory.usage_in_bytes", dir + "/memory.stat", "total_inactive_file"})
			}
			if path == "/" {
				break
			}
		}
	}
	return list
}
