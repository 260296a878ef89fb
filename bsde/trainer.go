package bsde

import (
	"context"
	"errors"

	"github.com/deepbsde/deepbsde/pde"
)

// Trainer is a run between Init and Result.
type Trainer struct{}

// Init is a stub.
func Init(ctx context.Context, p pde.Problem, m Method, s *Settings) (*Trainer, error) {
	return nil, errors.New("not yet")
}

// Step is a stub.
func (t *Trainer) Step(ctx context.Context) bool { return false }

// Result is a stub.
func (t *Trainer) Result(ctx context.Context) (*Result, error) { return nil, errors.New("not yet") }
