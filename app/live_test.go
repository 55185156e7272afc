package app

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/internal/postgres"
)

// attentive has a node ask only once an hour for what others stored, so that it knows of it only if the database tells.
func attentive(t *testing.T) func(*ServeOptions) {
	return func(o *ServeOptions) {
		d, err := Open(t.Context(), o.Data, true, o.Logger)
		if err != nil {
			t.Fatal(err)
		}
		d.Engine = engine.New(engine.Options{Store: d.store, Logger: o.Logger, Poll: time.Hour})
		o.desk = d
	}
}

// follow reads the live stream of a node and gives on the notes of an incident, each as soon as the stream says that something
// changed and the node shows it.
func (o *operator) follow(id string, notes chan<- string) {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), http.MethodGet, o.ready.URL+"/live", nil)
	if err != nil {
		o.t.Fatal(err)
	}
	res, err := o.http.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		o.t.Fatalf("the live stream answers %s", res.Status)
	}
	ended := make(chan struct{})
	o.t.Cleanup(func() { res.Body.Close(); <-ended })
	go func() {
		defer close(ended)
		given := 0
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if lines.Text() != "event: version" {
				continue
			}
			all, err := o.notes(id)
			if err != nil {
				continue // the database is away; when it is back the stream says so
			}
			for _, n := range all[given:] {
				notes <- n
			}
			given = len(all)
		}
	}()
}

// notes lists the notes of an incident as a node shows them.
func (s *served) notes(id string) ([]string, error) {
	v, err := s.desk.Engine.View(s.t.Context(), id)
	if err != nil {
		return nil, err
	}
	all, err := v.Happened(s.t.Context())
	var notes []string
	for _, h := range all {
		if n, ok := h.Event.(incident.EventNoted); ok {
			notes = append(notes, string(n.Text))
		}
	}
	return notes, err
}

// What is written at one node is on the live streams of all, each event once and in order, because the database tells of it, also
// after it was away.
func TestLiveOnAllNodes(t *testing.T) {
	pg := postgres.Start(t)
	t.Setenv(DatabaseURL, pg.Database(t))
	var nodes []*served
	for range 3 {
		nodes = append(nodes, serve(t, attentive(t)))
	}
	writer := nodes[0].signIn(nodes[0].desk.person(t))
	_, to, _ := writer.post("/open", url.Values{"command": {"open"}, "issue": {"stolen-user-funds"}, "text": {"Tokens leave."}})
	id := strings.TrimPrefix(to, "/incidents/")
	streams := make([]chan string, len(nodes))
	for i, n := range nodes {
		streams[i] = make(chan string, 100)
		(&operator{n, writer.http}).follow(id, streams[i])
	}
	want := []string{"Tokens leave."}
	write := func(text string) {
		t.Helper()
		want = append(want, text)
		nodes[0].eventually("a note is taken", func() bool { // the same command, however often
			status, _, _ := writer.post(to+"/note", url.Values{"command": {text}, "text": {text}})
			return status == http.StatusSeeOther
		})
	}
	seen := func() {
		t.Helper()
		for i, stream := range streams {
			end := time.NewTimer(patience)
			var got []string
			for len(got) < len(want) {
				select {
				case n := <-stream:
					got = append(got, n)
				case <-end.C:
					t.Fatalf("node %d shows %q, want %q", i, got, want)
				}
			}
			end.Stop()
			if !slices.Equal(got, want) {
				t.Errorf("node %d shows %q, want %q", i, got, want)
			}
		}
		want = nil
	}
	for i := range 10 {
		write(fmt.Sprint("before ", i))
		seen()
	}
	pg.Kill()
	pg.Run(t)
	for i := range 5 {
		write(fmt.Sprint("after ", i))
	}
	seen()
}
