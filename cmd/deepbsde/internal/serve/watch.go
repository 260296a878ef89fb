package serve

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"
)

// How often a page that is open is told, and what keeps a quiet connection alive.
const watchPause, alive = 200 * time.Millisecond, 15 * time.Second

// mostWatchers is how many pages may be open at once.
const mostWatchers = 64

// watch sends an event whenever the runs of a page have changed: run=… for each, or all below=….
func (s *Server) watch(w http.ResponseWriter, r *http.Request) {
	if s.watchers.Add(1); s.watchers.Load() > mostWatchers {
		s.watchers.Add(-1)
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer s.watchers.Add(-1)
	runs, below := r.URL.Query()["run"], r.URL.Query().Get("below")
	if below == "" {
		below = "."
	}
	last, err := s.folder.stamp(runs, below)
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	send := func(text string) bool {
		out.SetWriteDeadline(time.Now().Add(10 * time.Second)) // of a reader that is gone
		_, err := fmt.Fprint(w, text)
		return err == nil && out.Flush() == nil
	}
	if !send("retry: 1000\ndata: " + last + "\n\n") {
		return
	}
	tick := time.NewTicker(watchPause)
	defer tick.Stop()
	for sent := time.Now(); ; {
		select {
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
		now, err := s.folder.stamp(runs, below)
		switch {
		case err != nil: // a run that is gone
			now = digest(err.Error())
			fallthrough
		case now != last:
			if now != last && !send("data: "+now+"\n\n") {
				return
			}
			last, sent = now, time.Now()
		case time.Since(sent) > alive:
			if !send(":\n\n") {
				return
			}
			sent = time.Now()
		}
	}
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}
