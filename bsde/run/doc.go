// Package run keeps a run in a directory: what it solves and how, checkpoints from which
// it goes on to the same bits, metrics, and the result.
//
//	r, err := run.Solve(ctx, "runs/first", run.Source{Problem: "hjb"}, deep.Method{}, nil, nil)
//	r, err := run.Resume(ctx, "runs/first", nil)     // after a crash
//	d, err := run.Open("runs/first")
//	t, err := d.Load(ctx, nil)                       // the trainer at its newest checkpoint
//	e, err := t.Solution().At(ctx, 0.5, x, 0)        // u and ∇u anywhere
//
// Solve and Resume are a few lines over Create, Open, Load, Train and Finish.
package run
