package main

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// proposal is how adopt --json tells of a proposed plan.
type proposal struct {
	InForce  string `json:"in_force"`
	Digest   string `json:"digest"`
	Proposal struct {
		Hash  string `json:"hash"`
		State string `json:"state"`
	} `json:"proposal"`
	Differences []struct {
		Code   string `json:"code"`
		Effect string `json:"effect"`
	} `json:"differences"`
	Message map[string]any `json:"message"`
}

// status is what plan status --json prints.
type status struct {
	Version   string   `json:"version"`
	InForce   string   `json:"in_force"`
	AdoptedBy []string `json:"adopted_by"`
	Differs   bool     `json:"differs"`
	Unread    []string `json:"unread"`
	Proposals []struct {
		Hash string `json:"hash"`
	} `json:"proposals"`
	Gaps []struct {
		Code   string   `json:"code"`
		People []string `json:"people"`
	} `json:"gaps"`
}

// people are those whom the gap of a code names.
func (s status) people(code string) []string {
	for _, g := range s.Gaps {
		if g.Code == code {
			return g.People
		}
	}
	return nil
}

func (w *world) status(more ...string) status {
	w.t.Helper()
	var s status
	w.read(w.on(append([]string{"plan", "status", "--json"}, more...)...), &s)
	return s
}

// edited is a copy of the world's plan folder in which texts were replaced, old and new by turns.
func (w *world) edited(name, file string, oldNew ...string) string {
	w.t.Helper()
	dir := filepath.Join(w.dir, name)
	if err := os.CopyFS(dir, os.DirFS(w.plan)); err != nil {
		w.t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		w.t.Fatal(err)
	}
	changed := strings.NewReplacer(oldNew...).Replace(string(b))
	if changed == string(b) {
		w.t.Fatalf("nothing in %s was replaced", file)
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte(changed), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return dir
}

// away runs a command that does not touch the data folder and must end with a code and say all of want.
func (w *world) away(in string, code int, args []string, want ...string) result {
	w.t.Helper()
	r := w.run(in, args...)
	if r.code != code {
		w.t.Errorf("tocsin %s: exit %d, want %d\n%s%s", strings.Join(args, " "), r.code, code, r.out, r.err)
	}
	for _, s := range want {
		if !strings.Contains(r.out+r.err, s) {
			w.t.Errorf("tocsin %s: says %q, want %q", strings.Join(args, " "), r.out+r.err, s)
		}
	}
	return r
}

// signature signs a proposal as a person.
func (w *world) signature(hash, person string, more ...string) string {
	w.t.Helper()
	return strings.TrimSpace(w.on(append([]string{"sign", "--adoption", hash, "--keystore", w.keyFile(person), "--yes"}, more...)...))
}

const (
	newerVersion = `version: "2.0"`
	carmensKey   = "0x25EA031cb0829a34f24114472eF0AFdD9F9f2614"
	mallorysKey  = "0xd9A284367b6D3e25A91c91b5A430AF2593886EB9"
)

// TestAdopt brings a newer plan into force by three signatures, beside a running server, and then tries what must not work.
func TestAdopt(t *testing.T) {
	t.Parallel()
	w := newQuietWorld(t)
	s := w.serve()
	newer := w.edited("newer", "plan.yaml", `version: "1.0"`, newerVersion)
	if r := w.run("", "adopt", w.plan, "--data", w.data); r.code != 1 || !strings.Contains(r.err, "already in force") {
		t.Errorf("adopting what is in force: exit %d, %s", r.code, r.err)
	}
	var p proposal
	w.read(w.on("adopt", newer, "--as", "janet", "--json"), &p)
	hash := p.Proposal.Hash
	if p.InForce != s.Plan.InForce || hash == p.InForce || len(p.Differences) != 1 || p.Message["subject"] != "adopt plan "+hash+", proposed by janet" {
		t.Fatalf("%+v", p)
	}
	if st := w.status("--plan", newer); st.Version != "1.0" || !st.Differs || len(st.Proposals) != 1 || len(st.Unread) != 6 {
		t.Errorf("status %+v", st)
	}
	w.refused("", []string{"adopt", "approve", hash, "--signature", w.signature(hash, "anton")}, "does not name Anton")
	for person, want := range map[string]string{
		"mallory": "NOBODY IN THE PLAN SIGNS WITH THIS KEY",
		"anton":   "THIS DECISION DOES NOT ASK ANTON W",
		"carmen":  carmensKey + ", Carmen E\n",
	} {
		if r := w.run("no\n", "sign", "--adoption", hash, "--keystore", w.keyFile(person), "--data", w.data); r.code != 1 || r.out != "" || !strings.Contains(r.err, want) {
			t.Errorf("before %s signs: exit %d, %q, want %q", person, r.code, r.err, want)
		}
	}
	w.refused("", []string{"adopt", "approve", hash, "--signature", w.signature(hash, "oscar", "--refuse")}, "opposite")
	file := filepath.Join(w.dir, "to-sign.json")
	w.on("adopt", "show", hash, "--out", file)
	w.away("", 0, []string{"decode", file, "--plan", newer, "--json"}, hash)
	w.refused("", []string{"adopt", "show", hash, "--out", file}, "is there already")
	for i, person := range []string{"carmen", "oscar", "janet"} {
		sig := w.signature("latest", person)
		var got struct {
			Person  string `json:"person"`
			Adopted bool   `json:"adopted"`
		}
		w.read(w.on("adopt", "approve", hash, "--signature", sig, "--json"), &got)
		if got.Person != person || got.Adopted != (i == 2) {
			t.Errorf("%+v", got)
		}
		if i == 0 {
			w.refused("", []string{"adopt", "approve", hash, "--signature", sig}, "already")
		}
	}
	if st := w.status("--plan", newer); st.Version != "2.0" || st.InForce != hash || st.Differs || len(st.AdoptedBy) != 3 || len(st.Proposals) != 0 {
		t.Errorf("status %+v", st)
	}
	w.refused("", []string{"adopt", "show", hash}, "in force")
	w.on("plan", "read", "--as", "janet")
	if st := w.status(); len(st.Unread) != 5 || len(st.people("plan-not-read")) != 5 || slices.Contains(st.people("plan-not-read"), "janet") {
		t.Errorf("status %+v", st)
	}
	_, page := w.signedIn(s, "janet").ask(s.URL+"/plan", nil)
	if !strings.Contains(page, "version 2.0") || !strings.Contains(page, "You have read it") {
		t.Error("the running server does not show what is in force")
	}
	s.stop(t)
	w.plan = newer
	if s = w.serve(); s.Plan.Differs || s.Plan.InForce != hash {
		t.Errorf("ready: %+v", s.Plan)
	}
}

// TestTrust: a stolen server, folder or file changes nothing of what a signer's own machine signs.
func TestTrust(t *testing.T) {
	t.Parallel()
	w := newQuietWorld(t)
	s := w.serve()
	key := w.keyFile("carmen")
	newer := w.edited("newer", "plan.yaml", `version: "1.0"`, newerVersion)
	evil := w.edited("evil", "team.yaml", carmensKey, mallorysKey)
	var p proposal
	w.read(w.on("adopt", newer, "--json"), &p)
	sign := []string{"sign", "--adoption", "latest", "--keystore", key}
	if r := w.run("", append(sign, "--yes", "--data", w.data)...); r.code != 0 || !strings.Contains(r.err, "NOTHING ON THIS MACHINE VOUCHES") {
		t.Errorf("without trust: exit %d, %s", r.code, r.err)
	}
	w.away("no\n", 1, []string{"trust", w.plan}, "Nothing was changed", "Carmen E: "+carmensKey)
	w.away("yes\n", 0, []string{"trust", w.plan}, "from now on", s.Plan.InForce)
	w.away("", 1, []string{"trust", evil, "--yes"}, "trusts another plan", "A folder proves nothing")
	if r := w.run("", append(sign, "--yes", "--data", w.data)...); r.code != 0 || !strings.Contains(r.err, "is the one that this machine trusts") || !strings.Contains(r.err, "version is now 2.0") {
		t.Errorf("with trust: exit %d, %s", r.code, r.err)
	}

	var opened record
	w.read(w.on("incident", "open", "--as", "janet", "--issue", "stolen-user-funds", "--json"), &opened)
	id := opened.Incident.ID
	r := w.run("", "sign", id, "decision-1", "--keystore", key, "--yes", "--data", w.data)
	if r.code != 0 || !strings.Contains(r.err, "By the trusted plan this calls pause() on") {
		t.Errorf("an action by the trusted plan: exit %d, %s", r.code, r.err)
	}

	// Typed data as the page shows it, and with a word changed.
	_, page := w.signedIn(s, "carmen").ask(s.URL+"/incidents/"+id+"/decisions/decision-1", nil)
	typed := w.typed(page, "decision-decision-1-typed")
	good := w.file("good.json", typed)
	w.away("", 0, []string{"decode", good}, "It follows from the plan that this machine trusts", "pause()", opened.Incident.Decisions[0].Message["plan"].(string))
	w.away("", 0, []string{"sign", "--file", good, "--keystore", key, "--yes"}, "0x")
	w.away("", 0, []string{"decode", good, "--plan", w.plan, "--trust", "none.json"}, "the plan in the folder", "pause()")
	w.away("", 1, []string{"decode", good, "--plan", evil, "--trust", "none.json"}, "ANOTHER PLAN THAN THE ONE IN THE FOLDER")
	w.away("", 0, []string{"decode", good, "--trust", "none.json"}, "Nothing on this machine says")
	for name, change := range map[string][2]string{
		"action":   {opened.Incident.Decisions[0].Message["action"].(string), "0x" + strings.Repeat("6", 64)},
		"subject":  {"action pause-vault", "action unpause-vault"},
		"decision": {`"pause-contract"`, `"notify-law-enforcement"`},
		"plan":     {s.Plan.InForce, p.Proposal.Hash},
		"chain":    {"31337", "1"},
	} {
		changed := strings.Replace(typed, change[0], change[1], 1)
		if name == "plan" {
			changed = strings.ReplaceAll(typed, change[0], change[1])
		}
		if changed == typed {
			t.Fatalf("%s: nothing was changed", name)
		}
		bad := w.file(name+".json", changed)
		w.away("", 1, []string{"sign", "--file", bad, "--keystore", key, "--yes"}, "Do not sign", "THIS ")
		w.away("", 1, []string{"decode", bad}, "Do not sign")
	}

	// The adoption of a newer plan, signed from a file: not without having seen what changes.
	_, page = w.signedIn(s, "carmen").ask(s.URL+"/plan", nil)
	adoption := w.typed(page, "decision-2-typed")
	file := w.file("adoption.json", adoption)
	w.away("", 1, []string{"sign", "--file", file, "--keystore", key, "--yes"}, "cannot be shown", "--plan DIR")
	w.away("", 1, []string{"sign", "--file", file, "--keystore", key, "--yes", "--trust", "none.json", "--plan", newer}, "cannot be shown", "tocsin trust DIR")
	w.away("", 1, []string{"sign", "--file", file, "--keystore", key, "--yes", "--plan", evil}, "is not the one that would be adopted")
	w.away("", 0, []string{"sign", "--file", file, "--keystore", key, "--yes", "--plan", newer}, "version is now 2.0", "0x")
	w.away("", 0, []string{"decode", file, "--plan", newer}, "REAL, adoption", "version is now 2.0")
	lied := w.file("lied.json", strings.Replace(adoption, "Adopt version 2.0", "Adopt version 1.1", 1))
	w.away("", 0, []string{"decode", lied, "--plan", newer}, "NOT THIS MACHINE'S")

	// The newer plan is adopted: the machine follows the signatures, not the server's word.
	for _, person := range []string{"oscar", "janet", "david"} {
		w.on("adopt", "approve", "latest", "--signature", w.signature(p.Proposal.Hash, person))
	}
	w.on("adopt", "export", "--out", "proof.json")
	var next proposal
	third := w.edited("third", "plan.yaml", `version: "1.0"`, `version: "3.0"`)
	w.read(w.on("adopt", third, "--json"), &next)
	w.refused("", append(sign, "--yes"), "Nothing was changed") // it would go on by the newer plan only if asked
	w.away("", 0, []string{"trust", "proof.json", "--yes"}, "1 adoption", p.Proposal.Hash)
	w.on(append(sign, "--yes")...)
	w.on("sign", id, "decision-1", "--keystore", key, "--yes") // the incident goes on under the plan before

	proof, err := os.ReadFile(filepath.Join(w.dir, "proof.json"))
	if err != nil {
		t.Fatal(err)
	}
	forged := w.file("forged.json", strings.Replace(string(proof), w.signatureIn(t, proof, "janet"), strings.Repeat("6", 128), 1))
	w.away("", 2, []string{"trust", forged, "--yes", "--trust", "other.json"}, "does not hold")

	// A server whose folder, or whose whole database, is another's.
	other := newQuietWorld(t)
	other.plan = w.edited("others", "team.yaml", carmensKey, mallorysKey)
	other.serve().stop(t)
	var stolen proposal
	other.read(other.on("adopt", newer, "--json"), &stolen)
	w.away("", 1, []string{"sign", "--adoption", "latest", "--data", other.data, "--keystore", key, "--yes"}, "No adoption leads", "Do not sign")
	other.on("adopt", "export", "--out", "stolen.json")
	w.away("", 1, []string{"trust", filepath.Join(other.dir, "stolen.json"), "--yes"}, "No adoption leads")
}

// TestTamperedDatabase: a server does not start on a database whose record of the plan does not hold.
func TestTamperedDatabase(t *testing.T) {
	t.Parallel()
	w := newQuietWorld(t)
	w.serve().stop(t)
	evil := w.edited("evil", "team.yaml", carmensKey, mallorysKey)
	var p proposal
	w.read(w.on("adopt", evil, "--json"), &p)
	for name, query := range map[string]string{
		"another plan under the hash": `UPDATE plans SET canonical = (SELECT canonical FROM plans WHERE hash = '` + p.Proposal.Hash + `') WHERE hash = '` + p.InForce + `'`,
		"an event removed":            `DELETE FROM records WHERE stream = 'plan/harbour-vault' AND seq = 2`,
		"a pin rewritten":             `UPDATE records SET bytes = CAST(replace(CAST(bytes AS TEXT), '` + p.InForce + `', '` + p.Proposal.Hash + `') AS BLOB) WHERE stream = 'plan/harbour-vault' AND seq = 1`,
	} {
		t.Run(name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(data, os.DirFS(w.data)); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", filepath.Join(data, "tocsin.db"))
			if err != nil {
				t.Fatal(err)
			}
			res, err := db.ExecContext(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := res.RowsAffected(); err != nil || n != 1 {
				t.Fatalf("%d rows changed, %v", n, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{
				{"serve", "--plan", w.plan, "--data", data, "--listen", "127.0.0.1:0"},
				{"plan", "status", "--data", data},
				{"adopt", "show", "latest", "--data", data},
			} {
				r := w.run("", args...)
				if r.code != 2 || !strings.Contains(r.err, "tampered") || strings.Contains(r.out, "Tocsin is at") {
					t.Errorf("tocsin %s: exit %d, %s%s", args[0], r.code, r.out, r.err)
				}
			}
		})
	}
}

func TestDecodeCalldata(t *testing.T) {
	t.Parallel()
	w := newQuietWorld(t)
	w.away("", 0, []string{"decode", "0x8456cb59", "--plan", w.plan}, "pause()", "exactly what the action pause-vault")
	w.away("", 1, []string{"decode", "0xdeadbeef", "--plan", w.plan}, "NOBODY HERE KNOWS")
	w.away("0x8456cb59\n", 0, []string{"decode", "-", "--plan", w.plan, "--json"}, `"declared": true`)
	w.away("", 1, []string{"decode", "0x8456cb59"}, "Pauses a contract that is not named", "Give --plan DIR")
	w.away("", 2, []string{"decode", "0x845", "--plan", w.plan}, "not hexadecimal")
	w.away("nonsense", 2, []string{"decode", "-"}, "neither")
	w.away("", 2, []string{"decode", "nowhere.json"}, "cannot be opened")
}

// file writes a file of the world and returns its name.
func (w *world) file(name, text string) string {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return name
}

// typed is the typed data that a page shows in an element.
func (w *world) typed(page, id string) string {
	w.t.Helper()
	_, rest, ok := strings.Cut(page, `id="`+id+`"`)
	_, rest, ok2 := strings.Cut(rest, "<code>")
	text, _, ok3 := strings.Cut(rest, "</code>")
	if !ok || !ok2 || !ok3 {
		w.t.Fatalf("the page shows no typed data:\n%s", page)
	}
	text = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(text)
	if !json.Valid([]byte(text)) {
		w.t.Fatalf("not JSON: %s", text)
	}
	return text
}

// signatureIn finds the hexadecimal digits of a person's signature in adoptions, without the last byte.
func (w *world) signatureIn(t *testing.T, adoptions []byte, person string) string {
	t.Helper()
	_, rest, _ := strings.Cut(string(adoptions), `\"person\":\"`+person+`\"`)
	_, rest, ok := strings.Cut(rest, `\"signature\":\"0x`)
	if !ok || len(rest) < 128 {
		t.Fatal("no signature found")
	}
	return rest[:128]
}
