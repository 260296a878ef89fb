package serve

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/points"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
)

// Picture is what a picture shows, in the words of the command plot.
type Picture struct {
	What, Over string
	points.Choice
}

// What pictures show: of the metrics at once, and what takes some work.
var atOnce, onRequest = []string{"value", "close-up", "loss"}, []string{"line", "plane", "paths", "exercise"}

// offer is a picture that can be asked for.
type offer struct{ What, Label string }

// offers are those that there are of a run.
func offers(r *saved.Run) (list []offer) {
	of, rule := "u", r.Manifest.Method == "stopping"
	if !r.SolvesEquation() {
		of = "cost and actions"
	}
	list = append(list, offer{"line", of + " along a line"})
	if r.Manifest.Dim > 1 {
		list = append(list, offer{"plane", of + " in a plane"})
	}
	switch {
	case !rule:
		list = append(list, offer{"paths", "sample paths"})
	case r.Manifest.Dim <= 2:
		list = append(list, offer{"exercise", "where it exercises"})
	}
	return list
}

// pictureOf reads what a request wants.
func pictureOf(q url.Values) (p Picture, err error) {
	p.What, p.Over = q.Get("what"), q.Get("over")
	if !slices.Contains(slices.Concat(atOnce, onRequest), p.What) {
		return p, errors.New("what: want " + words.Enumerate(slices.Concat(atOnce, onRequest)))
	}
	if p.Over != "" && p.Over != "steps" && p.Over != "seconds" {
		return p, errors.New("over: want steps or seconds")
	}
	along := strings.TrimSpace(q.Get("along"))
	switch {
	case along == "":
	case p.What == "line":
		var one points.Scan
		one, err = points.ParseScan(along)
		p.Line = flags.Given(one)
	case p.What == "plane":
		var two [2]points.Scan
		two, err = points.ParsePlane(along)
		p.Plane = flags.Given(two)
	}
	if time := strings.TrimSpace(q.Get("time")); err == nil && time != "" && (p.What == "line" || p.What == "plane") {
		var t float64
		t, err = flags.FiniteNumber(time)
		p.Time = flags.Given(t)
		if err != nil {
			err = errors.New("time: " + err.Error())
		}
	}
	return p, err
}

// pictures keeps what was drawn on request, and draws one at a time.
type pictures struct {
	mu   sync.Mutex
	made map[string][]byte
	keys []string // the oldest first
}

// mostPictures is how many are kept.
const mostPictures = 50

// draw is the picture of a key, made if it is not there.
func (p *pictures) draw(ctx context.Context, key string, make func() ([]byte, error)) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := ctx.Err(); err != nil { // nobody waits any more
		return nil, err
	}
	if text := p.made[key]; text != nil {
		return text, nil
	}
	text, err := make()
	if err != nil {
		return nil, err
	}
	p.made[key], p.keys = text, append(p.keys, key)
	if len(p.keys) > mostPictures {
		delete(p.made, p.keys[0])
		p.keys = p.keys[1:]
	}
	return text, nil
}

// mostDrawn is how many records of a run are drawn: more than a picture has columns.
const mostDrawn = 2000

// picture answers with a picture of runs, as SVG.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p, err := pictureOf(q)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	runs, err := s.open(q["run"])
	if err != nil {
		refuse(w, err)
		return
	}
	draw := func() ([]byte, error) {
		f, err := s.work.Draw(r.Context(), runs, p)
		if err != nil {
			return nil, err
		}
		if slices.Contains(onRequest, p.What) {
			size := figure.Size{}
			if q.Get("narrow") != "" {
				size = f.Column()
			}
			return f.Draw(size, "svg")
		}
		return f.InPage("")
	}
	var text []byte
	if slices.Contains(onRequest, p.What) {
		stamp, _ := s.folder.stamp(q["run"], ".")
		text, err = s.pictures.draw(r.Context(), stamp+r.URL.RawQuery, draw)
	} else {
		for _, r := range runs {
			r.History = thinned(r.History, mostDrawn)
		}
		text, err = draw()
	}
	if err != nil {
		http.Error(w, words.Printable(err.Error()), http.StatusUnprocessableEntity)
		return
	}
	writeSVG(w, text)
}

func writeSVG(w http.ResponseWriter, text []byte) {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text)
}

// thinned is every so many of a list, and its last.
func thinned[T any](list []T, most int) (few []T) {
	step := (len(list) + most - 1) / most
	if step <= 1 {
		return list
	}
	for i := 0; i < len(list)-1; i += step {
		few = append(few, list[i])
	}
	return append(few, list[len(list)-1])
}

// open reads the runs of a request.
func (s *Server) open(names []string) (runs []*saved.Run, err error) {
	if len(names) == 0 || len(names) > mostCompared {
		return nil, errors.New("want from one to " + strconv.Itoa(mostCompared) + " runs")
	}
	for _, name := range names {
		path, err := s.folder.find(name)
		if err != nil {
			return nil, err
		}
		r, err := saved.Open(path)
		if err != nil {
			return nil, err
		}
		r.Name = words.Printable(name)
		if len(names) == 1 {
			r.Name = "this run"
		}
		runs = append(runs, r)
	}
	return runs, nil
}

// mostCompared is how many runs are compared: as many as have a colour that can be told apart.
const mostCompared = 6
