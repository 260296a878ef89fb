// Package examples is a folder of small complete programs to copy and change:
//
//	customdrift  a drift and a terminal function of one's own, a closed form checked
//	             against the equation, and a reference by simulation
//	basket       an option on correlated stocks with default risk, against multilevel Picard
//	control      a control problem with own dynamics, costs and constraints, against dynamic
//	             programming
//	network      a network of one's own in place of those of package bsde
//	fromfile     a problem file with another terminal function, against finite differences
//
// Run one with go run ./examples/basket. Each says at its head what it shows and what it
// prints, and a test runs it.
package examples
