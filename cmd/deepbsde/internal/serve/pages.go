package serve

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/page"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
)

//go:embed pages.html live.js live.css
var files embed.FS

var templates = template.Must(page.Parts().ParseFS(files, "pages.html"))

// Handler answers the requests for the pages.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", s.first)
	mux.HandleFunc("/run", s.shown("run", s.runPage))
	mux.HandleFunc("/compare", s.shown("compare", s.comparePage))
	mux.HandleFunc("/sweep", s.shown("sweep", s.sweepPage))
	mux.HandleFunc("/sweep.svg", s.sweepPicture)
	mux.HandleFunc("/report", s.report)
	mux.HandleFunc("/picture", s.picture)
	mux.HandleFunc("/events", s.watch)
	mux.HandleFunc("/live.js", asset("live.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("/live.css", asset("live.css", "text/css; charset=utf-8"))
	return s.guard(mux)
}

// asset answers with a file of the program; the style begins with that of reports.
func asset(name, kind string) http.HandlerFunc {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err) // of what is embedded
	}
	if name == "live.css" {
		text = append([]byte(page.Style), text...)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Write(text)
	}
}

// view is what all pages have.
type view struct {
	Title string
	Watch template.URL // the query of the events, "" for none
	Stamp string       // of what is shown
	Up    bool         // there is a page above
	Body  any
}

// shown answers with a page.
func (s *Server) shown(name string, body func(context.Context, url.Values) (*view, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := body(r.Context(), r.URL.Query())
		if err != nil {
			refuse(w, err)
			return
		}
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, name, v); err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(b.Bytes())
	}
}

// refuse says what is wrong.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusUnprocessableEntity
	if errors.Is(err, errNoRun) {
		status = http.StatusNotFound
	}
	http.Error(w, words.Printable(err.Error()), status)
}

// watching is a view that follows runs, or all below a folder.
func (s *Server) watching(v *view, runs []string, below string) (*view, error) {
	q := url.Values{"run": runs}
	if len(runs) == 0 {
		q = url.Values{"below": {below}}
	}
	var err error
	v.Watch = template.URL(q.Encode())
	v.Stamp, err = s.folder.stamp(runs, below)
	return v, err
}

// first is the list, or the run where the folder is one.
func (s *Server) first(w http.ResponseWriter, r *http.Request) {
	if runs, sweeps, err := s.folder.list(); err == nil && len(runs) == 1 && len(sweeps) == 0 && runs[0].Name == "." && runs[0].Wrong == "" {
		w.Header().Set("Location", "run?run=.") // as it stands: the path of the request is without the token
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	s.shown("list", s.listPage)(w, r)
}

// listPage is the runs and the sweeps of the folder.
func (s *Server) listPage(context.Context, url.Values) (*view, error) {
	runs, sweeps, err := s.folder.list()
	if err != nil {
		return nil, err
	}
	return s.watching(&view{Title: filepath.Base(s.folder.root), Body: struct {
		Runs   []*entry
		Sweeps []string
	}{runs, sweeps}}, nil, ".")
}

// described is a run with what its page says.
type described struct {
	*page.Data
	Name, Query string
	AtWork      string
	Last        string // its last record
	Pictures    []shot
	Offers      []offer
}

// shot is a picture of a page by its address.
type shot struct{ Address, Alt, Caption string }

// describe is what the pages say of a run.
func (s *Server) describe(ctx context.Context, name string) (*described, error) {
	runs, err := s.open([]string{name})
	if err != nil {
		return nil, err
	}
	r := runs[0]
	if err := s.findReference(ctx, r); err != nil {
		return nil, err
	}
	data, err := s.work.Describe(ctx, r)
	if err != nil {
		return nil, err
	}
	d := &described{Data: data, Name: name, Query: url.Values{"run": {name}}.Encode(), Offers: offers(r), AtWork: atWork(r.Path()), Last: lastRecord(r.Run)}
	data.History = thinned(data.History, 200)
	if len(r.History) > 1 {
		d.Pictures = training([]*saved.Run{r}, []string{name}, stampOf(r.Path()))
	}
	return d, nil
}

// findReference fills in what a run without a result is compared with, looked for once.
func (s *Server) findReference(ctx context.Context, r *saved.Run) (err error) {
	if r.Result != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ref, known := s.references[r.Digest]
	if !known {
		if ref, err = s.work.Reference(ctx, r); err != nil {
			return err
		}
		s.references[r.Digest] = ref
	}
	r.Reference = ref
	return nil
}

// training are the pictures of the training of runs. The stamp in their addresses changes with them.
func training(runs []*saved.Run, names []string, stamp string) (list []shot) {
	t := saved.Training(runs)
	add := func(what, over, alt, caption string) {
		q := url.Values{"run": names, "what": {what}, "v": {digest(stamp)}}
		if over != "" {
			q.Set("over", over)
		}
		list = append(list, shot{"picture?" + q.Encode(), alt, caption})
	}
	value := strings.ToUpper(t.Value[:1]) + t.Value[1:]
	add("value", "steps", "Line plot: "+t.Value+" over "+t.Steps+".", value+" over the "+t.Steps+". Bands are 95 % intervals of final estimates.")
	if len(runs) > 1 {
		add("value", "seconds", "Line plot: "+t.Value+" over time.", value+" over the time of the training.")
	} else if t.ClosesUp() {
		add("close-up", "", "Line plot: "+t.Value+" over the second half of the "+t.Steps+".", value+" over the second half, at a larger scale.")
	}
	if t.HasLoss {
		add("loss", "steps", "Line plot: loss over "+t.Steps+".", "Loss, "+t.Loss+", over the "+t.Steps+".")
	}
	return list
}

// runPage is one run.
func (s *Server) runPage(ctx context.Context, q url.Values) (*view, error) {
	d, err := s.describe(ctx, q.Get("run"))
	if err != nil {
		return nil, err
	}
	return s.watching(&view{Title: d.Identity, Up: true, Body: d}, []string{d.Name}, "")
}

// compared is several runs beside each other.
type compared struct {
	Runs     []*entry
	Query    string
	Pictures []shot
	Offers   []offer
	Why      string // there are no pictures
}

// comparePage is the runs that were chosen.
func (s *Server) comparePage(_ context.Context, q url.Values) (*view, error) {
	names := q["run"]
	runs, err := s.open(names)
	if err != nil {
		return nil, err
	}
	c := &compared{Query: url.Values{"run": names}.Encode(), Offers: offers(runs[0])}
	all, _, err := s.folder.list()
	if err != nil {
		return nil, err
	}
	stamp, history := "", true
	for i, r := range runs {
		for _, e := range all {
			if e.Name == names[i] {
				c.Runs, stamp = append(c.Runs, e), stamp+e.stamp
			}
		}
		history = history && len(r.History) > 0
		if !runs[0].SameProblem(r) {
			c.Why = fmt.Sprintf("The runs are not of one problem: %s, and %s.", runs[0].Label(), r.Label())
		}
	}
	if c.Why == "" && !history {
		c.Why = "Not every run has metrics yet."
	}
	if c.Why == "" {
		c.Pictures = training(runs, names, stamp)
	}
	return s.watching(&view{Title: "Comparison", Up: true, Body: c}, names, "")
}

// report is the page of a run as the command report writes it.
func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	runs, err := s.open([]string{r.URL.Query().Get("run")})
	if err == nil {
		var text []byte
		s.pictures.mu.Lock() // the paths that it draws are some work
		text, err = s.work.Report(r.Context(), runs[0])
		s.pictures.mu.Unlock()
		if err == nil {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", reportContent)
			w.Write(text)
			return
		}
	}
	refuse(w, err)
}
