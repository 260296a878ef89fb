// Package walk simulates paths of an equation under a field Z: the scales of a problem, the
// noise, the points from which paths start, and the walkers that training and the
// estimate share.
package walk
