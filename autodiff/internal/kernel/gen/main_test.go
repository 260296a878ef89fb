package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestFilesAreCurrent generates into an empty folder and wants every byte of
// the files in the package.
func TestFilesAreCurrent(t *testing.T) {
	dir := t.TempDir()
	if err := generate(dir); err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range made {
		got, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("..", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes: run go generate", f.Name())
		}
	}
}

// TestAVX2HasSixteenRegisters looks for those of AVX-512, which avo would give
// to a function that needs more.
func TestAVX2HasSixteenRegisters(t *testing.T) {
	files, err := filepath.Glob("../*_avx2_amd64.s")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	more := regexp.MustCompile(`\b([XY](1[6-9]|[23][0-9])|Z[0-9]+|K[0-7])\b`)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if found := more.Find(text); found != nil {
			t.Errorf("%s has the register %s", f, found)
		}
	}
}
