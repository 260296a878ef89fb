// Command release builds the program for six platforms, an archive each with licences, and their
// checksums. The same sources and the same version of Go give the same bytes.
//
//	go run ./cmd/release [-out DIR] [-only linux/amd64]
package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/cmd/internal/version"
)

// platforms are those that there are archives for.
var platforms = []string{"darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64"}

// texts are the files beside the program, and where they are in the sources.
var texts = map[string]string{
	"CHANGELOG.md": "CHANGELOG.md",
	"LICENSE":      "LICENSE",
	"NOTICE":       "cmd/deepbsde/internal/notice/NOTICE",
	"README.md":    "README.md",
}

func main() {
	out := flag.String("out", "dist", "`DIR` for the archives and SHA256SUMS")
	only := flag.String("only", "", "one `PLATFORM` alone, such as linux/amd64")
	flag.Parse()
	list := platforms
	if *only != "" {
		if list = []string{*only}; !slices.Contains(platforms, *only) {
			fmt.Fprintf(os.Stderr, "release: no platform %q, want one of %s\n", *only, strings.Join(platforms, ", "))
			os.Exit(2)
		}
	}
	if err := release(*out, list); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release writes the archives and their checksums.
func release(out string, list []string) error {
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	var sums strings.Builder
	for _, platform := range list {
		name, archive, err := archiveOf(platform)
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
		if err := os.WriteFile(filepath.Join(out, name), archive, 0o666); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(archive), name)
		fmt.Println(filepath.Join(out, name))
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(sums.String()), 0o666)
}

// archiveOf builds the program for a platform and packs it.
func archiveOf(platform string) (name string, archive []byte, err error) {
	system, arch, _ := strings.Cut(platform, "/")
	program := "deepbsde"
	if system == "windows" {
		program += ".exe"
	}
	binary, err := build(system, arch)
	if err != nil {
		return "", nil, err
	}
	files := []packed{{program, binary, true}}
	for beside, source := range texts {
		text, err := os.ReadFile(filepath.FromSlash(source))
		if err != nil {
			return "", nil, err
		}
		files = append(files, packed{beside, text, false})
	}
	folder := fmt.Sprintf("deepbsde-%s-%s-%s", version.Release, system, arch)
	if system == "windows" {
		archive, err = zipped(folder, files)
		return folder + ".zip", archive, err
	}
	archive, err = tarred(folder, files)
	return folder + ".tar.gz", archive, err
}

// build is the program for a platform: static, for every processor of the architecture, without
// the paths and the state of the sources here.
func build(system, arch string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "release")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "deepbsde")
	c := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", file, "./cmd/deepbsde")
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch, "GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=-mod=readonly", "GOEXPERIMENT=", "GOFIPS140=off", "GOWORK=off")
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, &said)
	}
	return os.ReadFile(file)
}
