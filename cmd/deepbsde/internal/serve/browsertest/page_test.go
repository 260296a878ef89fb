// Package browsertest looks at the live pages with a real browser. It is a module of its own, so
// that the program does not depend on what drives the browser.
package browsertest

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// program is the path of deepbsde, built once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "deepbsde")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "deepbsde")
	build := exec.Command("go", "build", "-o", name, "./cmd/deepbsde")
	build.Dir = filepath.Join("..", "..", "..", "..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %s", err, out)
	}
	return name, nil
})

func TestMain(m *testing.M) {
	status := m.Run()
	if name, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(name))
	}
	os.Exit(status)
}

// deepbsde is a command that has not begun.
func deepbsde(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	name, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return exec.Command(name, args...)
}

// solved is a run that is done.
func solved(t *testing.T, dir, args string) {
	t.Helper()
	out, err := deepbsde(t, append(strings.Fields("solve --quiet "+args), "--out", dir)...).CombinedOutput()
	if exit, ok := err.(*exec.ExitError); err != nil && (!ok || exit.ExitCode() != 4) {
		t.Fatalf("%v: %s", err, out)
	}
}

// served begins to serve a folder and is the address.
func served(t *testing.T, root string) string {
	t.Helper()
	c := deepbsde(t, "serve", root)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Signal(os.Interrupt)
		if err := c.Wait(); err != nil {
			t.Errorf("serve ends with %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// browser is a context of chromedp with all the addresses that the browser has asked for.
func browser(t *testing.T) (context.Context, func() []string) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 10*time.Minute)
	t.Cleanup(cancel)
	var mu sync.Mutex
	var asked []string
	chromedp.ListenTarget(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, ev.Request.URL)
		case *network.EventWebSocketCreated:
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, ev.URL)
		}
	})
	if err := chromedp.Run(ctx, network.Enable()); err != nil {
		t.Fatal(err)
	}
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), asked...)
	}
}

// do runs actions in the browser.
func do(t *testing.T, ctx context.Context, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// becomes waits until an expression is true in the page, and is the time that it took.
func becomes(t *testing.T, ctx context.Context, expression string, within time.Duration) time.Duration {
	t.Helper()
	begin := time.Now()
	for {
		var yes bool
		do(t, ctx, chromedp.Evaluate("!!("+expression+")", &yes))
		if yes {
			return time.Since(begin)
		}
		if time.Since(begin) > within {
			var text string
			do(t, ctx, chromedp.Text("body", &text))
			t.Fatalf("after %v there is not %s; the page says\n%s", within, expression, text)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

const pictures = `[...document.querySelectorAll("#live img")].length > 0 && [...document.querySelectorAll("#live img")].every(i => i.complete && i.naturalWidth > 0)`

// looked checks a page in all sizes and both colours, and keeps pictures of it where SCREENSHOTS
// names a folder.
func looked(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	for _, width := range []int64{1200, 420} {
		for _, scheme := range []string{"light", "dark"} {
			var overflow bool
			var picture []byte
			do(t, ctx,
				emulation.SetDeviceMetricsOverride(width, 900, 1, width < 500),
				emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
				chromedp.Sleep(100*time.Millisecond),
				chromedp.Evaluate(`document.documentElement.scrollWidth > document.documentElement.clientWidth`, &overflow),
				chromedp.FullScreenshot(&picture, 100),
			)
			if overflow {
				t.Errorf("%s is wider than %d pixels", name, width)
			}
			if dir := os.Getenv("SCREENSHOTS"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), picture, 0o644); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// choose fills in a field of the form for pictures.
func choose(field, value string) chromedp.Action {
	return chromedp.Evaluate(fmt.Sprintf(`document.querySelector("#draw").elements[%q].value = %q`, field, value), nil)
}

// TestPages looks at every page of a folder with runs, a sweep and something broken, and sees
// that nothing is asked for elsewhere.
func TestPages(t *testing.T) {
	root := t.TempDir()
	quick := "quadratic-gradient --dim 2 --network shared --steps 4 --iterations 60 --paths 512"
	solved(t, filepath.Join(root, "one"), quick)
	solved(t, filepath.Join(root, "two"), quick+" --seed 2")
	solved(t, filepath.Join(root, "policy"), "lqr --dim 2 --steps 4 --iterations 40 --paths 512")
	if out, err := deepbsde(t, strings.Fields("sweep quadratic-gradient --dim 2 --steps 4 --paths 512 --set alpha=0.4,0.8 --quiet --out "+filepath.Join(root, "sweep"))...).CombinedOutput(); len(out) == 0 {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "broken"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "broken", "run.json"), []byte("<script>alert(1)</script>"), 0o644); err != nil {
		t.Fatal(err)
	}
	address := served(t, root)
	ctx, asked := browser(t)
	do(t, ctx, chromedp.Navigate(address))
	becomes(t, ctx, `document.querySelectorAll("tbody tr").length === 6`, 5*time.Second)
	looked(t, ctx, "list")

	do(t, ctx, chromedp.Click(`input[value="one"]`), chromedp.Click(`input[value="two"]`), chromedp.Click("form button"))
	becomes(t, ctx, `location.pathname.endsWith("/compare") && document.querySelectorAll("tbody tr").length === 2`, 5*time.Second)
	becomes(t, ctx, pictures, 10*time.Second)
	looked(t, ctx, "compare")

	do(t, ctx, chromedp.Navigate(address+"run?run=one"))
	becomes(t, ctx, pictures, 10*time.Second)
	do(t, ctx, chromedp.Click("#draw button"))
	becomes(t, ctx, `!document.getElementById("drawn").hidden && document.querySelector("#drawn img").naturalWidth > 0`, 3*time.Minute)
	looked(t, ctx, "run")
	do(t, ctx, emulation.SetDeviceMetricsOverride(420, 900, 1, true), chromedp.Click("#draw button"))
	becomes(t, ctx, `!document.getElementById("drawn").hidden && document.querySelector("#drawn img").naturalHeight > document.querySelector("#drawn img").naturalWidth`, 3*time.Minute)
	looked(t, ctx, "narrow")
	do(t, ctx, choose("along", "9:-1:1"), chromedp.Click("#draw button"))
	becomes(t, ctx, `document.getElementById("drawing").textContent.includes("there is no component 9")`, 30*time.Second)
	do(t, ctx, choose("along", ""), choose("what", "plane"), chromedp.Click("#draw button"))
	becomes(t, ctx, `!document.getElementById("drawn").hidden && document.querySelector("#drawn .as-is img").naturalWidth > 0`, 4*time.Minute)
	looked(t, ctx, "plane")

	do(t, ctx, chromedp.Navigate(address+"run?run=policy"))
	becomes(t, ctx, pictures, 10*time.Second)
	do(t, ctx, chromedp.Click("#draw button"))
	becomes(t, ctx, `!document.getElementById("drawn").hidden && document.querySelector("#drawn img").naturalWidth > 0`, 3*time.Minute)
	looked(t, ctx, "policy")

	do(t, ctx, chromedp.Navigate(address+"sweep?sweep=sweep"))
	becomes(t, ctx, pictures, 10*time.Second)
	looked(t, ctx, "sweep")

	do(t, ctx, chromedp.Navigate(address+"report?run=one"))
	becomes(t, ctx, `document.querySelectorAll("svg").length > 3`, 20*time.Second)

	seen := 0
	for _, url := range asked() {
		switch {
		case strings.HasPrefix(url, address):
			seen++
		case !strings.HasPrefix(url, "blob:"+strings.SplitAfterN(address, "/", 4)[0]) && !strings.HasPrefix(url, "data:"):
			t.Errorf("the browser asks for %s", url)
		}
	}
	if seen < 20 {
		t.Errorf("only %d requests were seen", seen)
	}
}

// TestFollowing follows a run from its first record to its end, sees it killed and going on.
func TestFollowing(t *testing.T) {
	root := t.TempDir()
	address := served(t, root)
	ctx, _ := browser(t)
	do(t, ctx, chromedp.Navigate(address))
	becomes(t, ctx, `document.body.textContent.includes("There is none yet")`, 5*time.Second)

	dir := filepath.Join(root, "long")
	c := deepbsde(t, "solve", "quadratic-gradient", "--dim", "2", "--network", "shared", "--steps", "4", "--iterations", "1000000", "--validate-every", "50", "--paths", "512", "--quiet", "--out", dir)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	becomes(t, ctx, `document.querySelector(".state.training")`, 3*time.Minute)
	do(t, ctx, chromedp.Click(`input[value="long"]`))

	do(t, ctx, chromedp.Navigate(address+"run?run=long"))
	becomes(t, ctx, pictures, 20*time.Second)
	for range 3 { // from the file to the page
		before := records(t, dir)
		var shown string
		do(t, ctx, chromedp.Evaluate(`document.querySelector("#live img").src`, &shown))
		for records(t, dir) == before {
			time.Sleep(time.Millisecond)
		}
		if took := becomes(t, ctx, fmt.Sprintf(`document.querySelector("#live img").src !== %q`, shown), 10*time.Second); took > time.Second {
			t.Errorf("a record is seen after %v, want a second at most", took)
		}
	}
	c.Process.Kill()
	c.Wait()
	becomes(t, ctx, `document.querySelector(".state.stopped") && document.body.textContent.includes("--resume")`, 5*time.Second)
	looked(t, ctx, "stopped")
}

func records(t *testing.T, dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestBeside sees a run from solve --serve through to its result, after which the program is gone
// and the page stays.
func TestBeside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	c := deepbsde(t, "solve", "quadratic-gradient", "--dim", "2", "--network", "shared", "--steps", "4", "--iterations", "3000", "--paths", "512", "--quiet", "--serve", "--out", dir)
	out, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	ctx, _ := browser(t)
	do(t, ctx, chromedp.Navigate(strings.TrimSpace(line[strings.Index(line, "http://"):])))
	becomes(t, ctx, `document.querySelector("#result") && document.body.textContent.includes("±")`, 4*time.Minute)
	c.Wait()
	becomes(t, ctx, `!document.getElementById("gone").hidden`, 10*time.Second)
	becomes(t, ctx, pictures, time.Second)
	looked(t, ctx, "ended")
}

// TestHundred opens a folder with a hundred runs.
func TestHundred(t *testing.T) {
	root := t.TempDir()
	first := filepath.Join(root, "000")
	solved(t, first, "quadratic-gradient --dim 2 --network shared --steps 4 --iterations 20 --paths 512")
	for i := 1; i < 100; i++ {
		if err := os.CopyFS(filepath.Join(root, fmt.Sprintf("%03d", i)), os.DirFS(first)); err != nil {
			t.Fatal(err)
		}
	}
	address := served(t, root)
	begin := time.Now()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	t.Logf("the first page takes %v", time.Since(begin))
	ctx, _ := browser(t)
	do(t, ctx, chromedp.Navigate(address), chromedp.Click(`input[value="050"]`))
	if err := os.Rename(filepath.Join(root, "010"), filepath.Join(root, "zzz")); err != nil {
		t.Fatal(err)
	}
	if took := becomes(t, ctx, `document.getElementById("run-zzz") && !document.getElementById("run-010")`, 10*time.Second); took > 2*time.Second {
		t.Errorf("a change among a hundred runs is seen after %v", took)
	}
	var ticked []string
	do(t, ctx, chromedp.Evaluate(`[...document.querySelectorAll("input:checked")].map(i => i.value)`, &ticked))
	if fmt.Sprint(ticked) != "[050]" {
		t.Errorf("ticked is %v, want [050]", ticked)
	}
}
