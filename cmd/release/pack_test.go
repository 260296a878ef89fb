package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestPack: archives have the same bytes whatever the order and the time, and what was put in.
func TestPack(t *testing.T) {
	files := []packed{{"deepbsde", []byte("program"), true}, {"NOTICE", []byte("licences"), false}, {"LICENSE", nil, false}}
	turned := slices.Clone(files)
	slices.Reverse(turned)
	want := map[string]string{"f/deepbsde": "program -rwxr-xr-x", "f/NOTICE": "licences -rw-r--r--", "f/LICENSE": " -rw-r--r--"}
	for _, kind := range []struct {
		name string
		pack func(string, []packed) ([]byte, error)
		read func(*testing.T, []byte) map[string]string
	}{{"tar", tarred, readTar}, {"zip", zipped, readZip}} {
		a, err := kind.pack("f", files)
		if err != nil {
			t.Fatal(err)
		}
		b, err := kind.pack("f", turned)
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: other bytes for the same files in another order, %v", kind.name, err)
		}
		got := kind.read(t, a)
		if len(got) != len(want) {
			t.Errorf("%s has %v", kind.name, got)
		}
		for name, text := range want {
			if got[name] != text {
				t.Errorf("%s: %s is %q, want %q", kind.name, name, got[name], text)
			}
		}
	}
}

func readTar(t *testing.T, text []byte) map[string]string {
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		found[h.Name] = string(body) + " " + h.FileInfo().Mode().String()
	}
}

func readZip(t *testing.T, text []byte) map[string]string {
	r, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, f := range r.File {
		body, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		all, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		found[f.Name] = string(all) + " " + f.Mode().String()
	}
	return found
}

// TestTexts: what goes beside the program is there.
func TestTexts(t *testing.T) {
	for name, source := range texts {
		if info, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(source))); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
