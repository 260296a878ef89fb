// Package problems holds the named benchmark problems: families in the dimension
// with settable parameters, their reference values, citations and the training
// settings that were tuned for them. It reads problem files, settings files and the
// configurations of the reference implementation. It does not import the solver.
package problems
