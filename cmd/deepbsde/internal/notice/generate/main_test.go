package main

import (
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/notice"
)

// TestNoticeIsTrue: the text in the program is that of the modules that it is linked from.
func TestNoticeIsTrue(t *testing.T) {
	want, err := licences()
	if err != nil {
		t.Fatal(err)
	}
	if notice.Text != want {
		t.Error("NOTICE is not that of the modules in use: run 'go generate ./cmd/deepbsde/internal/notice'")
	}
	for _, part := range []string{"github.com/deepbsde/deepbsde, LICENSE", "Go, LICENSE", "gorgonia.org/gorgonia v", "go.yaml.in/yaml/v4 v4.0.0, NOTICE"} {
		if !strings.Contains(notice.Text, part) {
			t.Errorf("there is no %q", part)
		}
	}
}
