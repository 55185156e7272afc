// Package postgres starts a throw-away PostgreSQL server for tests. `make needs` installs it.
package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL server that listens on a socket in a folder of its own.
type Server struct {
	dir  string
	bin  string
	args []string
	cmd  *exec.Cmd
	log  *bytes.Buffer
	n    atomic.Int64
}

// nobody is the account the server runs as where the tests run as root, whom it refuses.
const nobody = 65534

// Start makes a database cluster and starts a server on it, which ends with the test. args are the server's own, such as
// "-c", "fsync=off", which tests that kill no machine may well give.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s, err := Launch(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Remove(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Launch does what Start does for all tests of a package; whoever launches a server removes it.
func Launch(ctx context.Context, args ...string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pg") // sockets need short names
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin, args: args}
	if err := s.launch(ctx); err != nil {
		return nil, errors.Join(err, s.Remove())
	}
	return s, nil
}

func (s *Server) launch(ctx context.Context) error {
	if os.Geteuid() == 0 {
		if err := os.Chown(s.dir, nobody, nobody); err != nil {
			return err
		}
	}
	if out, err := s.command("initdb", "-D", s.data(), "-U", "tocsin", "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8").CombinedOutput(); err != nil {
		return fmt.Errorf("make a database cluster: %w\n%s", err, out)
	}
	return s.run(ctx)
}

// Remove ends the server and removes its databases.
func (s *Server) Remove() error {
	s.Kill()
	return os.RemoveAll(s.dir)
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// binaries finds the folder with the server's programs.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("PostgreSQL is not installed: run make needs")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.bin, name), args...)
	c.Dir = s.dir
	c.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}
	if os.Geteuid() == 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return c
}

// Run starts the server once more after Kill or Stop, and waits until it answers.
func (s *Server) Run(t testing.TB) {
	t.Helper()
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) run(ctx context.Context) error {
	s.log = &bytes.Buffer{}
	s.cmd = s.command("postgres", append([]string{"-D", s.data(), "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=200"}, s.args...)...)
	s.cmd.Stderr = s.log
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			s.Kill()
			return fmt.Errorf("the server does not answer: %w\n%s", err, s.log)
		case <-tick.C:
		}
	}
}

// Kill ends the server at once, as a crash does. It may be called when the server has ended.
func (s *Server) Kill() { s.end(syscall.SIGQUIT) }

// Stop ends the server as an administrator does: connections are cut, everything is written.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

func (s *Server) end(by syscall.Signal) {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(by)
	_ = s.cmd.Wait()
	s.cmd = nil
}

// Database makes a new, empty database and returns its address.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return s.create(t, "template1")
}

// Copy makes a new database with what is in another, to which nobody may be connected.
func (s *Server) Copy(t testing.TB, of string) string {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	return s.create(t, u.Path[1:])
}

func (s *Server) create(t testing.TB, of string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	name := fmt.Sprintf("test%d", s.n.Add(1))
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+of); err != nil {
		t.Fatal(err)
	}
	return s.url(name)
}

func (s *Server) url(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {s.dir}, "user": {"tocsin"}}.Encode()
}
