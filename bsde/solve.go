package bsde

import "context"

// Solve trains the method on the problem and returns the result. nil settings mean the
// documented defaults. A context cancelled during training ends the run with status
// Cancelled and the result so far, not with an error; so does divergence, of the training
// or of the dynamics, with status Diverged and NaN for the value. Errors are a *pde.Error
// for a wrong problem, a *SettingsError for wrong settings and an *UnsupportedError for a
// method that cannot solve the problem.
func Solve(ctx context.Context, p Problem, m Method, s *Settings) (*Result, error) {
	t, err := Init(ctx, p, m, s)
	if err != nil {
		return nil, err
	}
	for t.Step(ctx) {
	}
	return t.Result(ctx)
}
