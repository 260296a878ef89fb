// Command gen writes the assembly of the kernel package, with avo, and the Go
// declarations of its functions. It has a module of its own, so that avo is not
// a requirement of the library.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// files are the outputs: each is emitted once for every vector width, with both
// precisions in it.
var files = []struct {
	name string
	emit func(*machine)
}{
	{"gemm", emitGemm},
	{"pack", emitPack},
	{"peak", emitPeak},
	{"arithmetic", list(arithmetic)},
	{"activation", list(activations)},
	{"reduction", list(reductions)},
	{"column", list(columns)},
	{"conversion", list(conversions)},
	{"normal", emitNormals},
}

// list emits all of a list of ops.
func list(ops []*op) func(*machine) {
	return func(m *machine) {
		for _, o := range ops {
			o.emit(m, o)
		}
	}
}

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", "..", "directory of the kernel package")
	flag.Parse()
	if err := generate(*dir); err != nil {
		log.Fatal(err)
	}
}

func generate(dir string) error {
	ctx := build.NewContext()
	emitCPUID(ctx)
	if err := write(ctx, filepath.Join(dir, "cpuid_amd64")); err != nil {
		return fmt.Errorf("cpuid: %w", err)
	}
	for _, f := range files {
		for _, bits := range []int{512, 256} {
			ctx := build.NewContext()
			for _, prec := range []int{32, 64} {
				f.emit(&machine{Context: ctx, bits: bits, prec: prec})
			}
			name := f.name + "_" + setName(bits) + "_amd64"
			if err := write(ctx, filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if err := writeDispatch(filepath.Join(dir, "dispatch_amd64.go"), ops()); err != nil {
		return err
	}
	return writeFallback(filepath.Join(dir, "dispatch_other.go"), ops())
}

// write compiles what was emitted to path.s and its declarations to path.go.
func write(ctx *build.Context, path string) error {
	file, err := ctx.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	cfg := printer.Config{Name: "kernel/gen", Argv: []string{"go", "generate"}, Pkg: "kernel"}
	for ext, p := range map[string]printer.Printer{".s": printer.NewGoAsm(cfg), ".go": printer.NewStubs(cfg)} {
		text, err := p.Print(file)
		if err != nil {
			return err
		}
		text = append(bytes.TrimRight(text, "\n"), '\n')
		if err := os.WriteFile(path+ext, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
