// Package methods registers all methods that come with the library. Import it for its
// effect where methods are chosen by name, as by the command line and by saved runs:
//
//	import _ "github.com/deepbsde/deepbsde/bsde/methods"
//
// A new method is one more line here.
package methods

import (
	_ "github.com/deepbsde/deepbsde/bsde/backward"
	_ "github.com/deepbsde/deepbsde/bsde/deep"
	_ "github.com/deepbsde/deepbsde/bsde/logtransform"
	_ "github.com/deepbsde/deepbsde/bsde/policy"
	_ "github.com/deepbsde/deepbsde/bsde/stopping"
)
