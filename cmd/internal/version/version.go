// Package version is the version of the program and of the module.
package version

// Release is the version that the sources are of: the topmost of CHANGELOG.md.
const Release = "v0.2.0"
