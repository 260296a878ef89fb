// Package serve shows the runs of a folder as pages that follow them while they train. It
// listens on this machine alone, to those who know the token in the address.
package serve

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/page"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/pde"
)

// Work is what the pages ask the program for.
type Work struct {
	// Reference is what a run without a result is compared with, nil where nothing is known.
	Reference func(context.Context, *saved.Run) (*pde.Reference, error)
	// Describe is what a page says of a run, without pictures.
	Describe func(context.Context, *saved.Run) (*page.Data, error)
	// Report is the page of the command report.
	Report func(context.Context, *saved.Run) ([]byte, error)
	// Draw draws runs of one problem as the command plot does.
	Draw func(context.Context, []*saved.Run, Picture) (*figure.Figure, error)
}

// Server is the pages of a folder.
type Server struct {
	folder   *folder
	work     Work
	token    string
	pictures pictures
	listener net.Listener
	http     *http.Server
	ctx      context.Context // over when the server is closed
	stop     context.CancelFunc
	watchers atomic.Int32
	asked    atomic.Int64 // when the last request ended, in nanoseconds

	mu         sync.Mutex
	references map[string]*pde.Reference // of runs without a result, by their stamps of run.json
}

// New is a server of the runs below a folder.
func New(root string, work Work) (*Server, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is a file, want a folder", root)
	}
	if root, err = filepath.Abs(root); err != nil {
		return nil, err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return nil, err
	}
	s := &Server{folder: newFolder(root), work: work, token: rand.Text(), references: map[string]*pde.Reference{}}
	s.pictures.made = map[string][]byte{}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// Listen begins to answer on a port of this machine, any free one for 0, and gives the
// address of the first page.
func (s *Server) Listen(port int) (address string, err error) {
	if s.listener, err = net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port)); err != nil {
		return "", err
	}
	s.http = &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 16,
		BaseContext: func(net.Listener) context.Context { return s.ctx },
	}
	go s.http.Serve(s.listener)
	return s.Address(), nil
}

// Address is that of the first page.
func (s *Server) Address() string {
	return fmt.Sprintf("http://%s/%s/", s.listener.Addr(), s.token)
}

// How long Close waits for pages that are open: until they have asked for nothing for a
// while, and for so long at most.
const lastQuiet, lastWait = 500 * time.Millisecond, 3 * time.Second

// Close ends the server, after the pages that are open have seen the last of it.
func (s *Server) Close() {
	if s.http == nil {
		return
	}
	s.asked.Store(time.Now().UnixNano())
	for begin := time.Now(); s.watchers.Load() > 0 && time.Since(begin) < lastWait; time.Sleep(20 * time.Millisecond) {
		if time.Since(time.Unix(0, s.asked.Load())) > lastQuiet {
			break
		}
	}
	s.stop()
	s.http.Close()
}
