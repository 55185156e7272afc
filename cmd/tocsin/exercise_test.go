package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// verdict is what `exercise run --auto --json` prints, as its users read it.
type verdict struct {
	Contained bool     `json:"contained"`
	Why       string   `json:"why"`
	Exercise  string   `json:"exercise"`
	Incidents []string `json:"incidents"`
	Lost      string   `json:"lost"`
	Score     struct {
		Outcome  string `json:"outcome"`
		Expected int    `json:"expected"`
		Done     int    `json:"done"`
	} `json:"score"`
}

// TestAnExerciseSurvivesKills kills an exercise without people whenever it has got a little further, and starts it again over the same
// folder: chain, clock and session go on, and it ends as if nothing had happened.
func TestAnExerciseSurvivesKills(t *testing.T) {
	t.Parallel()
	tocsin, err := exec.LookPath("tocsin")
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	run := func() (*exec.Cmd, *bytes.Buffer, *bytes.Buffer) {
		cmd := exec.Command(tocsin, "exercise", "run", "reentrant-withdrawal", "--auto", "--json", "--data", data, "--log", "error", "--speed", "20")
		var out, log bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &log
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		return cmd, &out, &log
	}
	letters := func() int {
		list, err := filepath.Glob(filepath.Join(data, "mail", "*.eml"))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	killed := 0
	for range 2 {
		cmd, _, log := run()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		before, tick := letters(), time.NewTicker(10*time.Millisecond)
		for over := false; !over; {
			select {
			case err := <-ended:
				if err != nil {
					t.Fatalf("%v\n%s", err, log)
				}
				over = true
			case <-tick.C:
				if letters() > before { // somebody was called since: it is in the middle
					if err := cmd.Process.Kill(); err == nil {
						killed++
					}
					<-ended
					over = true
				}
			}
		}
		tick.Stop()
	}
	if killed == 0 {
		t.Fatal("it was never killed")
	}
	cmd, out, log := run()
	if err := cmd.Run(); err != nil {
		t.Fatalf("after %d kills: %v\n%s", killed, err, log)
	}
	var v verdict
	if err := json.Unmarshal(out.Bytes(), &v); err != nil {
		t.Fatalf("the output is not one JSON object: %v\n%s", err, out)
	}
	if !v.Contained || v.Why != "" || len(v.Incidents) != 1 || v.Lost == "" || v.Score.Outcome != "completed" || v.Score.Done != v.Score.Expected {
		t.Errorf("after %d kills: %+v\n%s", killed, v, log)
	}
}

// TestALiveWorldSurvivesKills plays a scenario with people who sign with their own key files, and kills the server twice in the middle: the
// world's chain and its clock go on where they were, and what was agreed upon is sent there.
func TestALiveWorldSurvivesKills(t *testing.T) {
	t.Parallel()
	w := newQuietWorld(t)
	s := w.serve()
	bella := w.signedIn(s, "bella")
	to := func(path string, form url.Values) string {
		t.Helper()
		res, text := bella.ask(s.URL+path, form)
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %s\n%s", path, res.Status, text)
		}
		return res.Header.Get("Location")
	}
	at := time.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04")
	session := to("/exercises", url.Values{"title": {"Winter"}, "at": {at}, "moderator": {"bella"}, "watch": {"david"}})
	to(session+"/choose", url.Values{"scenario": {"drained-vault"}})
	to(session+"/begin", url.Values{})
	to(session+"/describe", url.Values{})
	to(session+"/clock", url.Values{"do": {"x60"}})
	id := w.opened()
	s.kill()
	blocks := filepath.Join(w.data, "exercises", filepath.Base(session), "1", "chain", "blocks")
	before, err := os.Stat(blocks)
	if err != nil {
		t.Fatal(err)
	}

	// While the server is down people decide. The chain knows nothing of it yet.
	w.on("incident", "validate", id, "--as", "janet")
	decision := w.show(id, "carmen").decision(t, "pause-contract")
	w.approve(id, decision, "carmen", w.sign(id, decision, "carmen"))
	s = w.serve()
	s.kill()
	w.approve(id, decision, "oscar", w.sign(id, decision, "oscar"))
	s = w.serve()
	w.until("containment", func() bool { return w.show(id, "janet").Incident.Phase == "contained" })
	r := w.show(id, "janet")
	if a := r.Incident.Actions; len(a) != 1 || a[0].State != "verified" || r.count("action-landed") != 1 {
		t.Errorf("what was agreed upon: %+v", a)
	}
	if after, err := os.Stat(blocks); err != nil || after.Size() <= before.Size() {
		t.Errorf("the chain did not go on: %d bytes, and %d before, %v", after.Size(), before.Size(), err)
	}
	s.stop(t)
}
