package main

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/internal/version"
)

// TestVersionOfBuilds: a release states its version, another build its commit too.
func TestVersionOfBuilds(t *testing.T) {
	of := func(main string, settings ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{Main: debug.Module{Version: main}}
		for i := 0; i < len(settings); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: settings[i], Value: settings[i+1]})
		}
		return info
	}
	v := version.Release
	for _, c := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, v},
		{of("(devel)"), v}, // make release
		{of(v, "vcs.revision", "0123456789abcdef"), v}, // at its tag
		{of("v0.0.0-20261129-0123456789ab", "vcs.revision", "0123456789abcdef", "vcs.modified", "false"), v + "+0123456789ab"},
		{of("v0.0.0-20261129-0123456789ab+dirty", "vcs.revision", "0123456789abcdef", "vcs.modified", "true"), v + "+0123456789ab.modified"},
		{of("(devel)", "vcs.revision", "ab", "vcs.modified", "true"), v + "+ab.modified"},
	} {
		if got := versionOf(c.info, c.info != nil); got != c.want {
			t.Errorf("%v: the version is %s, want %s", c.info, got, c.want)
		}
	}
	if out := execute(t, "version"); !strings.HasPrefix(out.stdout, "deepbsde "+v) {
		t.Errorf("version prints %q", out.stdout)
	}
}
