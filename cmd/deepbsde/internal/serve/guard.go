package serve

import (
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
	"time"
)

// The policies of pages: what they may load, which is nothing from elsewhere.
const (
	ownContent    = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	reportContent = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// hosts are the names under which this machine is asked. Another one is that of a page
// elsewhere whose name was made to mean this machine.
var hosts = []string{"127.0.0.1", "localhost"}

// guard refuses requests from elsewhere, without the token, or to change something.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { s.asked.Store(time.Now().UnixNano()) }()
		h := w.Header()
		h.Set("Content-Security-Policy", ownContent)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		token, rest, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch {
		case !ownHost(r.Host):
			http.Error(w, "the page is for this machine alone: ask for it as 127.0.0.1 or localhost", http.StatusForbidden)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "the pages can be read, not changed", http.StatusMethodNotAllowed)
		case !found || subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) != 1:
			http.Error(w, "the address has no token, or another one: 'deepbsde serve' prints the whole address", http.StatusForbidden)
		case r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate":
			http.Error(w, "the request comes from the page of another site", http.StatusForbidden)
		default:
			r.URL.Path, r.URL.RawPath = "/"+rest, ""
			next.ServeHTTP(w, r)
		}
	})
}

// ownHost tells whether the host of a request is this machine, on any port: one that is
// forwarded is another.
func ownHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	for _, own := range hosts {
		if strings.EqualFold(name, own) {
			return true
		}
	}
	return false
}
