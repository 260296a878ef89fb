package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const galleryPage = "docs/gallery.md"

func galleryFile(name string) string { return filepath.Join(root, "examples", "gallery", name+".yaml") }

// galleryNames are the problems of the gallery by its files.
func galleryNames(t *testing.T) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(galleryFile("*"))
	if err != nil || len(paths) != 12 {
		t.Fatalf("%d files in the gallery, %v; want 12", len(paths), err)
	}
	for _, p := range paths {
		names = append(names, strings.TrimSuffix(filepath.Base(p), ".yaml"))
	}
	return names
}

// TestGalleryFiles: each file passes check, and has its command and its picture on the page.
func TestGalleryFiles(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, galleryPage))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range galleryNames(t) {
		if out := runWith(t, nil, "check", galleryFile(name)); out.status != 0 || !strings.HasSuffix(out.stdout, "ok\n") {
			t.Errorf("%s: status %d, %s%s", name, out.status, out.stdout, out.stderr)
		}
		command := "\n$ deepbsde solve examples/gallery/" + name + ".yaml --out " + name + "\n"
		if !strings.Contains(string(page), command) || !strings.Contains(string(page), "](pictures/gallery/"+name+".svg)") {
			t.Errorf("%s: the page has not its command or its picture", name)
		}
		if _, err := os.Stat(filepath.Join(root, "docs/pictures/gallery", name+".svg")); err != nil {
			t.Error(err)
		}
	}
}

// galleryExcess is how much worse than the optimum a policy of the gallery may be; the worst
// of the seeds 1 to 3 was 0.11 %.
const galleryExcess = 0.002

// TestGallery: the page shows what its commands print, and with the seeds 1 to 3 each answer
// is trusted and right within its error; a policy is as good as its bound says. The pictures
// are written with -update, as 'make gallery' does.
func TestGallery(t *testing.T) {
	forAccuracy(t)
	t.Run("page", func(t *testing.T) {
		runDocument(t, galleryPage)
		if *update {
			keepPictures(t, galleryPage)
		}
	})
	if accuracySeeds(3) == 1 && !*update {
		return // the page is of seed 1 and says "trusted" and "agrees"
	}
	for _, name := range galleryNames(t) {
		t.Run(name, func(t *testing.T) {
			for seed := 1; seed <= accuracySeeds(3); seed++ {
				galleryAnswer(t, name, fmt.Sprint(seed))
			}
		})
	}
}

// galleryAnswer solves a problem of the gallery and judges the answer.
func galleryAnswer(t *testing.T, name, seed string) {
	t.Helper()
	var r struct {
		solved
		Kind   string
		Excess float64
	}
	runJSON(t, &r, "solve", galleryFile(name), "--quiet", "--seed", seed)
	t.Logf("%s, seed %s: %.8g ± %.2g, truth %.8g, excess %.2g %%, %.1f s", name, seed, r.Value, r.Error, r.Reference.Value, 100*r.Excess, r.Seconds)
	switch better := -r.Excess * math.Abs(r.Reference.Value); {
	case r.Kind == "pde" && (r.Trust != "yes" || r.Verdict != "agrees"):
		t.Errorf("%s, seed %s: trust %s, %s", name, seed, r.Trust, r.Verdict)
	case r.Kind == "control" && !(r.Excess <= galleryExcess && better <= 3*r.StdErr):
		t.Errorf("%s, seed %s: excess %.3g, want %g at most, and not below the optimum", name, seed, r.Excess, galleryExcess)
	}
}

var pictureLink = regexp.MustCompile(`\]\((pictures/\S+\.svg)\)`)

// keepPictures copies the pictures of a document, as its commands have drawn them in the
// current folder, to where it shows them.
func keepPictures(t *testing.T, name string) {
	t.Helper()
	for _, m := range pictureLink.FindAllStringSubmatch(readWhole(t, name), -1) {
		text, err := os.ReadFile(filepath.Base(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, filepath.Dir(name), m[1]), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func readWhole(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
