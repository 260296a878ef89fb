//go:build !unix

package machine

import "time"

// ProcessorTime is not known here.
func ProcessorTime() (t time.Duration, ok bool) { return 0, false }
