package race

// Skip skips a test that computes for minutes under the race detector.
func Skip(t interface {
	Helper()
	Skip(args ...any)
}) {
	t.Helper()
	if Enabled {
		t.Skip("computes for minutes under the race detector")
	}
}
