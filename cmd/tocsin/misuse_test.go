package main

import (
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMisuse gives the command what it cannot use or must refuse. It says so in a sentence, on standard error, with the
// exit code that scripts rely on; with --json in one object on standard output.
func TestMisuse(t *testing.T) {
	t.Parallel()
	w := newQuietWorld(t)
	s := w.serve()
	var opened record
	w.read(w.on("incident", "open", "--as", "janet", "--issue", "stolen-user-funds", "--json"), &opened)
	id := opened.Incident.ID
	write := func(name, text string) string {
		path := filepath.Join(w.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	garbled := filepath.Dir(write("garbled/tocsin.db", strings.Repeat("this is no database\n", 1000)))
	notKey := write("not-a-key.json", `{"version": 3}`)
	notDecision := write("not-a-decision.json", `{"incident": "x", "decision": "y"}`)
	write("taken.zip", "")
	huge := strings.Repeat("a", 120_000)
	words := func(s string) []string { return strings.Fields(s) }
	on := func(s string, more ...string) []string { return append(append(words(s), "--data", w.data), more...) }

	type misuse struct {
		args []string
		code int
		say  string
	}
	cases := []misuse{
		{words("incident list --data " + w.dir + "/nowhere"), 2, "holds no Tocsin data"},
		{words("incident list --data " + garbled), 2, "not a database"},
		{words("incident list --data " + notKey), 2, "database"},
		{on("incident open"), 2, "--as PERSON"},
		{on("incident open --as nobody"), 2, "names no person"},
		{on("incident open --as officer"), 1, "organisation"},
		{on("incident open --as janet --issue nonsense"), 2, "no issue"},
		{on("incident open --as janet --protocol another"), 2, "holds no plan of a protocol"},
		{on("incident answer", id, "perhaps", "--as", "janet"), 2, "coming-cannot-sign"},
		{on("incident answer", id, "", "--as", "janet"), 2, "takes an incident and an answer"},
		{on("incident validate", id, "--as", "martin"), 1, "may not"},
		{on("incident validate", id, "--as", "janet", "--issue", "nonsense"), 2, "no issue"},
		{on("incident validate", id, "--as", "janet", "--criterion", "nonsense"), 2, "activation criteria"},
		{on("incident step", id, "nonsense", "begin", "--as", "janet"), 2, "no step"},
		{on("incident step", id, "identify-exploit", "nonsense", "--as", "janet"), 2, "done, skipped or failed"},
		{on("incident step", id, "pause-contract", "done", "--as", "janet"), 1, ""},
		{on("incident update", id, "nonsense", "--as", "janet"), 2, "No update"},
		{on("incident dismiss", id, "--as", "janet"), 2, "reason"},
		{on("incident resolve", id, "--as", "janet"), 1, "contained first"},
		{on("incident close", id, "--as", "janet"), 1, "Resolve it first"},
		{on("incident contain", id, "--as", "janet", "--note", "So I say"), 1, ""},
		{on("incident reopen", id, "--as", "janet", "--why", "So I say"), 1, "going on"},
		{on("incident approve", id, "decision-1", "--as", "carmen"), 2, "No signature"},
		{on("incident approve", id, "decision-1", "--as", "carmen", "--signature", "0x"), 2, "No signature"},
		{on("incident approve", id, "decision-1", "--as", "carmen", "--signature", "yes"), 2, "hexadecimal"},
		{on("incident approve", id, "decision-1", "--as", "carmen", "--signature", "0x12"), 2, "cannot be read"},
		{on("incident approve", id, "decision-1", "--as", "carmen", "--signature", "0x"+strings.Repeat("00", 65)), 2, "cannot be read"},
		{on("incident approve", id, "decision-1", "--as", "carmen", "--signature", "0x"+strings.Repeat("ff", 65)), 2, "cannot be read"},
		{on("incident approve", id, "decision-1", "--as", "carmen", "--signature", strings.Repeat("ab", 50_000)), 2, "cannot be read"},
		{on("incident approve", id, "decision-9", "--as", "carmen", "--signature", "0x"+strings.Repeat("11", 65)), 2, "no decision"},
		{on("incident export", id, "--out", "taken.zip"), 1, "is there already"},
		{on("incident export", id, "--out", "nowhere/x.zip"), 2, "cannot be written"},
		{on("sign"), 2, "what is to be signed"},
		{on("sign", id, "decision-9", "--keystore", notKey), 2, "no decision"},
		{on("sign", id, "decision-1"), 2, "No key file"},
		{on("sign", id, "decision-1", "--keystore", "nowhere"), 2, "no key file"},
		{on("sign", id, "decision-1", "--keystore", notKey), 2, "no key file"},
		{on("sign", id, "decision-1", "--keystore", w.keyFile("carmen")), 1, "Nothing was signed"},
		{words("sign --file nowhere --keystore x"), 2, "cannot be read"},
		{words("sign --keystore x --file " + notDecision), 2, "is not a decision"},
		{words("sign --keystore x --file " + notKey), 2, "is not a decision"},
		{words("key new executor.json"), 1, "already"},
		{on("person link nobody"), 2, "names a person"},
		{on("person link officer"), 2, "organisation"},
		{on("person link janet --for 0s"), 2, "at most 30 days"},
		{on("person link janet --for 900000h"), 2, "at most 30 days"},
		{words("verify " + w.data), 2, "not an export"},
		{words("verify taken.zip"), 2, "not an export"},
		{words("verify nowhere"), 2, "cannot be opened"},
		{words("serve --listen 127.0.0.1:0 --plan plan --data " + garbled), 2, "not a database"},
		{words("serve --listen 127.0.0.1:0 --plan nowhere --data d"), 2, "not a folder"},
		{words("serve --listen 127.0.0.1:0 --plan plan --data taken.zip/d"), 2, "cannot be made"},
		{on("serve --listen 127.0.0.1:0 --plan plan --endpoint 1=http://127.0.0.1:1"), 2, "does not name"},
		{on("serve --listen 127.0.0.1:0 --plan plan --endpoint 31337=ftp://127.0.0.1:1"), 2, "not supported"},
		{on("serve --listen 127.0.0.1:0 --plan plan --endpoint 31337=http://127.0.0.1:1 --endpoint 31337=http://127.0.0.1:1"), 2, "given twice"},
		{on("serve --listen 127.0.0.1:99999 --plan plan"), 2, "cannot listen"},
		{on("serve --listen nonsense --plan plan"), 2, "HOST:PORT"},
		{on("serve --listen :0 --plan plan"), 2, "without TLS"},
		{on("serve --listen 127.0.0.1:0 --plan plan --base-url nonsense"), 2, "https://HOST"},
		{on("serve --listen 127.0.0.1:0 --plan plan --tls-cert x"), 2, "both"},
		{on("serve --listen 127.0.0.1:0 --plan plan --tls-cert taken.zip --tls-key taken.zip"), 2, "cannot be used"},
		{on("serve --listen 127.0.0.1:0 --plan plan --keystore nowhere"), 2, "no key file"},
		{words("check"), 2, "takes a plan folder"},
		{words("check plan plan"), 2, "takes a plan folder"},
		{words("check --log nonsense plan"), 0, ""}, // it logs nothing
		{on("incident list --log nonsense"), 2, "debug, info, warn or error"},
	}
	for _, bad := range []string{".", "..", "../../etc/passwd", id + "/", id + " ", "incident/" + id, "%00", "'; drop table head", huge} {
		cases = append(cases, misuse{on("incident show", bad), 2, "no incident"}, misuse{on("incident export", bad), 2, "no incident"},
			misuse{on("incident answer", bad, "coming", "--as", "janet"), 2, "no incident"})
	}
	cases = append(cases, misuse{on("incident show", ""), 2, "takes an incident"})
	acts := func() (n int) { // what people did; calls and reminders go on meanwhile
		for _, e := range w.show(id, "janet").Timeline {
			if e.Actor == "janet" || e.Actor == "carmen" || e.Actor == "martin" {
				n++
			}
		}
		return n
	}
	before := acts()
	for _, c := range cases {
		name := strings.ReplaceAll(strings.Join(c.args, " "), w.dir, "")
		name = name[:min(len(name), 150)]
		r := w.run("", c.args...)
		if r.code != c.code || !strings.Contains(r.err, c.say) || len(r.err) > 5000 || c.code != 0 && r.out != "" {
			t.Errorf("tocsin %s: exit %d, want %d and %q\n%.500s\n%.500s", name, r.code, c.code, c.say, r.out, r.err)
		}
		if strings.Contains(r.err, "goroutine") || strings.Contains(r.err, "panic") {
			t.Errorf("tocsin %s: %.500s", name, r.err)
		}
		if c.code == 0 || c.say == "Nothing was signed" { // that is an answer to a question, not a fault
			continue
		}
		r = w.run("", append([]string{"--json"}, c.args...)...)
		var said struct {
			Error struct{ Code, Say, Do string }
		}
		if err := json.Unmarshal([]byte(r.out), &said); err != nil || r.code != c.code || said.Error.Code == "" || !strings.Contains(said.Error.Say+" "+said.Error.Do, c.say) {
			t.Errorf("tocsin --json %s: exit %d, %.500s", name, r.code, r.out)
		}
	}
	if after := acts(); after != before || before == 0 {
		t.Errorf("%d acts have become %d", before, after)
	}
	if r := w.run("", "incident", "open", "--as", "janet", "--data", w.data, huge); r.code == 0 && len(r.out) > 20_000 {
		t.Errorf("a huge report is shown whole: %d bytes", len(r.out))
	}
	if out := w.on("incident", "open", "--as", "janet", "--title", "\x1b[2Jred", "a\u202eb\x07"); strings.ContainsAny(out, "\x1b\x07\u202e") || !strings.Contains(out, "red") {
		t.Errorf("the terminal is steered: %q", out)
	}
	s.stop(t)
}

// TestJSON holds everything that --json prints to the same conventions: one object, snake_case, times in UTC, amounts as text.
func TestJSON(t *testing.T) {
	t.Parallel()
	w := newQuietWorld(t)
	s := w.serve()
	var opened record
	w.read(w.on("incident", "open", "--as", "janet", "--issue", "stolen-user-funds", "--json"), &opened)
	id := opened.Incident.ID
	key := regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	date := regexp.MustCompile(`^\d{4}-\d\d-\d\dT`)
	var walk func(t *testing.T, at string, v any)
	walk = func(t *testing.T, at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				if !key.MatchString(k) {
					t.Errorf("%s: the key %q", at, k)
				}
				walk(t, at+"."+k, x)
			}
		case []any:
			for _, x := range v {
				walk(t, at, x)
			}
		case string:
			if date.MatchString(v) && !strings.HasSuffix(v, "Z") {
				t.Errorf("%s: the time %s", at, v)
			}
		case float64:
			if v > 1<<53 {
				t.Errorf("%s: the number %g", at, v)
			}
		}
	}
	file := filepath.Join(w.dir, "x.zip")
	for _, args := range [][]string{
		{"incident", "list", "--data", w.data},
		{"incident", "show", id, "--as", "janet", "--data", w.data},
		{"incident", "validate", id, "--as", "janet", "--data", w.data},
		{"incident", "export", id, "--out", file, "--data", w.data},
		{"verify", file},
		{"check", w.plan},
		{"person", "link", "janet", "--data", w.data},
		{"sign", id, "decision-1", "--keystore", w.keyFile("carmen"), "--yes", "--data", w.data},
		{"key", "new", filepath.Join(w.dir, "new.json")},
	} {
		name := strings.Join(args[:2], " ")
		t.Run(strings.ReplaceAll(name, w.dir, ""), func(t *testing.T) {
			r := w.run("", append(args, "--json")...)
			dec := json.NewDecoder(strings.NewReader(r.out))
			var v map[string]any
			if err := dec.Decode(&v); err != nil || r.code != 0 {
				t.Fatalf("exit %d, %v\n%s%s", r.code, err, r.out, r.err)
			}
			if dec.More() {
				t.Errorf("more than one object:\n%s", r.out)
			}
			walk(t, "", v)
		})
	}
	s.stop(t)
}

// saveDecision saves the typed data that the page of an incident's first decision shows a person, and returns it.
func (w *world) saveDecision(s *server, id, person, file string) string {
	w.t.Helper()
	_, text := w.signedIn(s, person).ask(s.URL+"/incidents/"+id+"/decisions/decision-1", nil)
	_, text, _ = strings.Cut(text, "Typed data (EIP-712)")
	from, to := strings.Index(text, "{"), strings.Index(text, "</pre>")
	if from < 0 || to < from {
		w.t.Fatal("the decision's page shows no typed data")
	}
	typed := html.UnescapeString(text[from:to])
	typed = typed[:strings.LastIndex(typed, "}")+1]
	if err := os.WriteFile(file, []byte(typed), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return typed
}

// TestSignElsewhere signs a decision on a machine that has nothing but a key and what the decision's page shows.
func TestSignElsewhere(t *testing.T) {
	t.Parallel()
	w := newQuietWorld(t)
	s := w.serve()
	var opened record
	w.read(w.on("incident", "open", "--as", "janet", "--issue", "stolen-user-funds", "--json"), &opened)
	id := opened.Incident.ID
	file := filepath.Join(w.dir, "decision.json")
	typed := w.saveDecision(s, id, "carmen", file)
	r := w.run("yes\n", "sign", "--file", file, "--keystore", w.keyFile("carmen"))
	if r.code != 0 || !strings.Contains(r.err, "Calls pause() on Harbour Vault") {
		t.Fatalf("exit %d\n%s", r.code, r.err)
	}
	w.approve(id, "decision-1", "carmen", strings.TrimSpace(r.out))
	// Whatever else the file says is refused: what is signed is what was shown.
	for _, x := range [][2]string{{`"uint256"`, `"uint8"`}, {`"Approval"`, `"Permit"`}, {`"version": "1"`, `"version": "2"`}, {`"Tocsin"`, `"Safe"`}} {
		changed := strings.Replace(typed, x[0], x[1], 1)
		if changed == typed {
			t.Fatalf("the typed data holds no %s", x[0])
		}
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := w.run("yes\n", "sign", "--file", file, "--keystore", w.keyFile("carmen")); r.code != 2 || r.out != "" {
			t.Errorf("%s for %s: exit %d, %s", x[1], x[0], r.code, r.out)
		}
	}
	s.stop(t)
}
