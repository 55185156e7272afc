package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/stage"
)

// patience bounds everything that a test waits for; nothing is measured by it.
const patience = 5 * time.Minute

// world is what a server needs about it: a chain with the example protocol on it, a mail server, key files, a data folder.
// The server itself is the real command in a process of its own.
type world struct {
	t     testing.TB
	dir   string
	data  string
	plan  string
	stage *stage.Stage
	post  *post
	env   []string
	bin   string // the command; in tests this test's own binary, in benchmarks the one that is shipped
}

const keyPassword = "correct horse"

func newWorld(t testing.TB) *world {
	t.Helper()
	w := newQuietWorld(t)
	st, err := stage.Start(context.Background(), stage.Options{Period: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	w.stage = st
	return w
}

// newQuietWorld is a world without a chain.
func newQuietWorld(t testing.TB) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, dir: dir, data: filepath.Join(dir, "data"), plan: filepath.Join(dir, "plan"), post: openPost(t), bin: command(t)}
	if err := os.CopyFS(w.plan, os.DirFS("../../examples/vault")); err != nil {
		t.Fatal(err)
	}
	w.env = append(os.Environ(), "HOME="+dir, "TOCSIN_SMTP_URL="+w.post.url(), "TOCSIN_KEYSTORE_PASSWORD="+keyPassword)
	w.keyFile("executor")
	return w
}

// keyFile writes the demo key of a person or actor of the stage as a key file and returns its path.
func (w *world) keyFile(name string) string {
	w.t.Helper()
	secret := crypto.Keccak256([]byte("tocsin demo key: " + name))
	address, err := stage.Address(name)
	if err != nil {
		w.t.Fatal(err)
	}
	sealed, err := keystore.EncryptDataV3(secret, []byte(keyPassword), 2, 1)
	if err != nil {
		w.t.Fatal(err)
	}
	b, err := json.Marshal(map[string]any{"address": hex.EncodeToString(address[:]), "crypto": sealed, "id": name, "version": 3})
	if err != nil {
		w.t.Fatal(err)
	}
	path := filepath.Join(w.dir, name+".json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// result is what became of one run of the command.
type result struct {
	code     int
	out, err string
}

// run runs the command once; in is its standard input.
func (w *world) run(in string, args ...string) result {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, w.bin, args...)
	cmd.Dir, cmd.Env = w.dir, w.env
	cmd.Stdin = strings.NewReader(in)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || !exit.Exited()) {
		w.t.Fatalf("tocsin %s: %v\n%s", strings.Join(args, " "), err, &errOut)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errOut.String()}
}

// on runs a command on the data folder that must succeed, and returns what it prints.
func (w *world) on(args ...string) string {
	w.t.Helper()
	r := w.run("", append(args, "--data", w.data)...)
	if r.code != 0 {
		w.t.Fatalf("tocsin %s: exit %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r.out
}

// refused runs a command on the data folder that must answer no, and say all of want.
func (w *world) refused(in string, args []string, want ...string) {
	w.t.Helper()
	r := w.run(in, append(args, "--data", w.data)...)
	if r.code != 1 {
		w.t.Errorf("tocsin %s: exit %d, want 1\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	for _, s := range want {
		if !strings.Contains(r.err, s) {
			w.t.Errorf("tocsin %s: says %q, want %q", strings.Join(args, " "), r.err, s)
		}
	}
}

// command is the path of the real command.
func command(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("tocsin")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// server is a running `tocsin serve`.
type server struct {
	*ready
	cmd  *exec.Cmd
	log  *bytes.Buffer // standard error; read it only once the process has ended
	wait func() error
}

// ready is what `serve --json` prints once it answers.
type ready struct {
	URL  string `json:"url"`
	Plan struct {
		Protocol string    `json:"protocol"`
		InForce  string    `json:"in_force"`
		Since    time.Time `json:"since"`
		Folder   string    `json:"folder"`
		Differs  bool      `json:"differs"`
		First    bool      `json:"first"`
	} `json:"plan"`
	Chains []uint64 `json:"chains"`
	Say    []string `json:"say"`
}

// serve starts a server and waits until it answers.
func (w *world) serve(more ...string) *server {
	w.t.Helper()
	args := append([]string{
		"serve", "--json", "--plan", w.plan, "--data", w.data, "--keystore", filepath.Join(w.dir, "executor.json"), "--listen", "127.0.0.1:0",
	}, more...)
	if w.stage != nil {
		args = append(args, "--endpoint", "31337="+w.stage.WSEndpoint())
	}
	s := &server{cmd: exec.Command(w.bin, args...), log: &bytes.Buffer{}, ready: &ready{}}
	s.cmd.Dir, s.cmd.Env, s.cmd.Stderr = w.dir, w.env, s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	s.wait = sync.OnceValue(s.cmd.Wait)
	w.t.Cleanup(func() { s.kill() })
	give := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	defer give.Stop()
	if err := json.NewDecoder(out).Decode(s.ready); err != nil {
		s.kill()
		w.t.Fatalf("the server did not say that it is ready: %v\n%s", err, s.log)
	}
	return s
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.wait()
}

// stop ends the server as an operator would, and returns what became of it.
func (s *server) stop(t testing.TB) {
	t.Helper()
	give := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	defer give.Stop()
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := s.wait(); err != nil {
		t.Errorf("the server did not stop in peace: %v\n%s", err, s.log)
	}
}

// browser is a client that keeps cookies by hand and follows nothing by itself.
type browser struct {
	t      testing.TB
	cookie *http.Cookie
}

// ask sends a request as a browser would and returns the answer with its body read. A form makes it a POST.
func (b *browser) ask(address string, form url.Values) (*http.Response, string) {
	b.t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, address, body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.cookie != nil {
		req.AddCookie(b.cookie)
	}
	client := http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		if c.MaxAge > 0 {
			b.cookie = c
		}
	}
	return res, string(text)
}

// record is how `incident show --json` tells of an incident.
type record struct {
	Incident struct {
		ID        string `json:"id"`
		Issue     string `json:"issue"`
		Phase     string `json:"phase"`
		Decisions []struct {
			ID        string         `json:"id"`
			Decision  string         `json:"decision"`
			State     string         `json:"state"`
			Message   map[string]any `json:"message"`
			Approvals []struct {
				Person string `json:"person"`
			} `json:"approvals"`
		} `json:"decisions"`
		Findings []struct {
			Detector string `json:"detector"`
			Block    uint64 `json:"block"`
			Amount   string `json:"amount"`
		} `json:"findings"`
		Actions []struct {
			Action string `json:"action"`
			State  string `json:"state"`
			Sends  []struct {
				Hash  string `json:"hash"`
				Nonce uint64 `json:"nonce"`
			} `json:"sends"`
		} `json:"actions"`
		Updates []struct {
			ID    string `json:"id"`
			State string `json:"state"`
		} `json:"updates"`
		Answers []struct {
			Person string `json:"person"`
			Answer string `json:"answer"`
		} `json:"answers"`
	} `json:"incident"`
	Tasks []struct {
		Kind  string `json:"kind"`
		Ref   string `json:"ref"`
		Title string `json:"title"`
	} `json:"tasks"`
	Steps    []recordStep `json:"steps"`
	Timeline []struct {
		At    time.Time `json:"at"`
		Kind  string    `json:"kind"`
		Actor string    `json:"actor"`
		Say   string    `json:"say"`
	} `json:"timeline"`
}

type recordStep struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

// show looks at an incident as a person sees it.
func (w *world) show(id, as string) record {
	w.t.Helper()
	var r record
	w.read(w.on("incident", "show", id, "--as", as, "--json"), &r)
	return r
}

func (w *world) read(out string, v any) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(out), v); err != nil {
		w.t.Fatalf("not one JSON object: %v\n%s", err, out)
	}
}

// until looks again and again until what it looks for is there. Each look runs the command, which takes its time.
func (w *world) until(what string, look func() bool) {
	w.t.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	for !look() {
		select {
		case <-time.After(100 * time.Millisecond): // what is waited for needs the processor, too
		case <-end.C:
			w.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// opened waits for the incident that the attack leads to.
func (w *world) opened() string {
	w.t.Helper()
	var id string
	w.until("an incident", func() bool {
		var l struct {
			Incidents []struct{ ID, Issue string } `json:"incidents"`
		}
		w.read(w.on("incident", "list", "--json"), &l)
		for _, s := range l.Incidents {
			if s.Issue == "stolen-user-funds" {
				id = s.ID
			}
		}
		return id != ""
	})
	return id
}
