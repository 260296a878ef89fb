// Command generate writes NOTICE: the licences of the modules that the program is linked
// from, on any system, as they lie in the module cache.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	text, err := licences()
	if err == nil {
		err = os.WriteFile("NOTICE", []byte(text), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const program = "github.com/deepbsde/deepbsde/cmd/deepbsde"

// systems are those for which all that is linked is listed.
var systems = []string{"linux", "darwin", "freebsd", "windows"}

// licence is a text and what is under it.
type licence struct {
	text string
	of   []string
}

// licences is the text of NOTICE: each licence once, below the names of those under it.
func licences() (string, error) {
	var list []*licence
	byText := map[string]*licence{}
	add := func(of, file string) error {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		plain := strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n"))
		l := byText[plain]
		if l == nil {
			l = &licence{text: plain}
			byText[plain], list = l, append(list, l)
		}
		l.of = append(l.of, of+", "+filepath.Base(file))
		return nil
	}
	linked, err := modules()
	if err != nil {
		return "", err
	}
	for _, m := range linked {
		if len(m.files) == 0 {
			return "", fmt.Errorf("%s has no licence in %s", m.name, m.dir)
		}
		for _, file := range m.files {
			if err := add(m.name, file); err != nil {
				return "", err
			}
		}
	}
	var b strings.Builder
	b.WriteString("deepbsde is linked from the modules below, each under the licence that follows its name.\n")
	for _, l := range list {
		fmt.Fprintf(&b, "\n%s\n\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(l.of, "\n"), l.text)
	}
	return b.String(), nil
}

// module is a module, or Go itself, with the files of its licences.
type module struct {
	name, dir string
	files     []string
}

// modules are those that are linked in, the program's own first, then Go, then the others by
// name. A licence counts where it lies in the folder of a linked package or above it.
func modules() ([]*module, error) {
	const format = "{{if .Standard}}Go\t{{.Root}}\t{{.Root}}{{else}}{{.Module.Path}} {{.Module.Version}}\t{{.Module.Dir}}\t{{.Dir}}{{end}}"
	byName := map[string]*module{}
	for _, system := range systems {
		cmd := exec.Command("go", "list", "-deps", "-f", format, program)
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		for line := range strings.Lines(string(out)) {
			name, rest, _ := strings.Cut(strings.TrimSpace(line), "\t")
			root, dir, _ := strings.Cut(rest, "\t")
			name = strings.TrimSpace(name)
			m := byName[name]
			if m == nil {
				m = &module{name: name, dir: root}
				byName[name] = m
			}
			if err := m.look(dir); err != nil {
				return nil, err
			}
		}
	}
	own := strings.TrimSuffix(program, "/cmd/deepbsde")
	rank := func(m *module) string {
		switch m.name {
		case own:
			return ""
		case "Go":
			return " "
		}
		return m.name
	}
	list := make([]*module, 0, len(byName))
	for _, m := range byName {
		slices.Sort(m.files)
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *module) int { return strings.Compare(rank(a), rank(b)) })
	return list, nil
}

var named = regexp.MustCompile(`(?i)^(un)?(licen[sc]e|copying|notice|patents)([.-].*)?$`)

// look adds the licences from a folder of the module up to its root.
func (m *module) look(dir string) error {
	for {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			file := filepath.Join(dir, e.Name())
			switch {
			case strings.HasSuffix(filepath.ToSlash(file), "/internal/notice/NOTICE"): // what this program writes
			case e.IsDir() && e.Name() == "licenses":
				if err := m.all(file); err != nil {
					return err
				}
			case !e.IsDir() && named.MatchString(e.Name()) && filepath.Ext(file) != ".go":
				m.note(file)
			}
		}
		if dir == m.dir || len(dir) <= len(m.dir) {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}

// all adds the files of a folder of licences.
func (m *module) all(dir string) error {
	return filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			m.note(file)
		}
		return err
	})
}

func (m *module) note(file string) {
	if !slices.Contains(m.files, file) {
		m.files = append(m.files, file)
	}
}
