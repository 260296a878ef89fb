// Package notice has the licences of all that the program is linked from, which whoever
// hands the program on has to hand on too.
package notice

import _ "embed" // of the text

//go:generate go run ./generate

// Text is the licences with the modules that are under them.
//
//go:embed NOTICE
var Text string
