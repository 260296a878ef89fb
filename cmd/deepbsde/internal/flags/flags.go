// Package flags holds what all commands need to read a command line: flags that know
// whether they were given, parsers of their values, and the order of the words. What a
// command does with them is its own.
package flags

import (
	"errors"

	"github.com/urfave/cli/v2"
)

// Opt is the value of a flag that may not have been given.
type Opt[T any] struct {
	Value T
	Given bool
}

// Given is a value that was given.
func Given[T any](value T) Opt[T] { return Opt[T]{value, true} }

// Override sets *field if the flag was given.
func (o Opt[T]) Override(field *T) {
	if o.Given {
		*field = o.Value
	}
}

// Or is the value if the flag was given, else otherwise.
func (o Opt[T]) Or(otherwise T) T {
	if o.Given {
		return o.Value
	}
	return otherwise
}

// parsed is a cli.Generic that parses into an opt.
type parsed[T any] struct {
	dst   *Opt[T]
	parse func(string) (T, error)
}

// Set parses s. A second value is an error, so that none is ignored.
func (p parsed[T]) Set(s string) (err error) {
	if p.dst.Given {
		return errors.New("the flag is given twice")
	}
	p.dst.Value, err = p.parse(s)
	p.dst.Given = err == nil
	return err
}

// forget makes the flag one that was not given.
func (p parsed[T]) forget() { *p.dst = Opt[T]{} }

// Replace gives a flag of the command a value in the place of any that it has, as if it stood on the command line.
func Replace(c *cli.Context, name, value string) error {
	for _, f := range c.Command.Flags {
		if g, ok := f.(*cli.GenericFlag); ok && g.Name == name {
			if p, ok := g.Value.(interface{ forget() }); ok {
				p.forget()
			}
		}
	}
	return c.Set(name, value)
}

// String is what cli prints as the default: nothing.
func (p parsed[T]) String() string { return "" }

// Choices are the values that the parser asks for, nil where these are not a few words.
func (p parsed[T]) Choices() []string {
	_, err := p.parse("")
	var c choiceError
	errors.As(err, &c)
	return c
}

// Value is a flag whose value goes through parse to dst. A word of the usage
// in backquotes names the value in the help.
func Value[T any](name, usage string, dst *Opt[T], parse func(string) (T, error)) cli.Flag {
	return &cli.GenericFlag{Name: name, Usage: usage, Value: parsed[T]{dst, parse}}
}

// Bool is a flag without a value.
func Bool(name, usage string, dst *bool) cli.Flag {
	return &cli.BoolFlag{Name: name, Usage: usage, Destination: dst, DisableDefaultText: true}
}

// Switch is a flag without a value that can also be set to false.
func Switch(name, usage string, dst *Opt[bool]) cli.Flag {
	return &cli.BoolFlag{Name: name, Usage: usage, DisableDefaultText: true,
		Action: func(_ *cli.Context, v bool) error {
			*dst = Opt[bool]{v, true}
			return nil
		}}
}
