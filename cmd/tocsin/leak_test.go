package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
)

// secret is something that must stand nowhere, in every form in which it could.
type secret struct {
	name  string
	forms [][]byte
}

// secretOf is what bytes would look like: as they are, in hexadecimal, in base 64, as a list of numbers.
func secretOf(name string, b []byte) secret {
	list, _ := json.Marshal(ints(b))
	return secret{name, [][]byte{
		b, []byte(hex.EncodeToString(b)), []byte(strings.ToUpper(hex.EncodeToString(b))),
		[]byte(strings.TrimRight(base64.StdEncoding.EncodeToString(b), "=")), []byte(strings.TrimRight(base64.URLEncoding.EncodeToString(b), "=")),
		bytes.Trim(list, "[]"), bytes.ReplaceAll(bytes.Trim(list, "[]"), []byte(","), []byte(" ")),
	}}
}

func ints(b []byte) []int {
	list := make([]int, len(b))
	for i, x := range b {
		list[i] = int(x)
	}
	return list
}

// in reports whether a text holds the secret in any form.
func (s secret) in(text []byte) bool {
	for _, f := range s.forms {
		if bytes.Contains(text, f) {
			return true
		}
	}
	return false
}

// TestNoKeyLeaks runs an emergency from the finding to the Safe's transaction, with a key file and its password in the server, and then looks for
// keys, passwords and for signatures of the Safe that were not yet carried out: in what the commands print, on the pages, in exports, in the
// log, in the dump of a crash, and in every file of the data folder. A signature of the Safe that waits has to lie in the database, and there alone.
func TestNoKeyLeaks(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	procedures := filepath.Join(y.plan, "procedures.yaml")
	b, err := os.ReadFile(procedures)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(b), "action: pause-vault", "action: pause-reserve", 1)
	if err := os.WriteFile(procedures, []byte(changed), 0o600); err != nil || changed == string(b) {
		t.Fatalf("the step does not name the action: %v", err)
	}
	always := []secret{secretOf("the password", []byte(keyPassword))}
	for _, who := range []string{"executor", "carmen", "janet", "oscar"} {
		always = append(always, secretOf("the key of "+who, crypto.Keccak256([]byte("tocsin demo key: "+who))))
	}
	for _, s := range always {
		if !s.in([]byte("x"+string(s.forms[1])+"y")) || s.in([]byte("nothing")) {
			t.Fatal("the search finds nothing, or everything")
		}
	}
	said := map[string][]byte{} // by where it was seen
	s := y.serve("--endpoint", y.endpoint(), "--log", "debug")
	var opened record
	y.read(y.on("incident", "open", "--as", "janet", "--issue", "stolen-user-funds", "--json"), &opened)
	id := opened.Incident.ID
	y.on("incident", "validate", id, "--as", "janet")
	decision := y.show(id, "carmen").decision(t, "pause-contract")
	var signature string
	y.until("the Safe to be read", func() bool {
		r := y.run("", "sign", id, decision, "--as", "carmen", "--keystore", y.keyFile("carmen"), "--plan", y.plan, "--yes", "--data", y.data)
		said["what signing says"] = append(said["what signing says"], r.err...)
		signature = strings.TrimSpace(r.out)
		return r.code == 0
	})
	y.approve(id, decision, "carmen", signature)
	raw, err := hex.DecodeString(strings.TrimPrefix(signature, "0x"))
	if err != nil || len(raw) != 65 {
		t.Fatalf("%q: %v", signature, err)
	}
	waiting := secretOf("a signature of the Safe that waits", raw[:64]) // its last byte may be written otherwise

	// Before it is carried out.
	look := func(when string) {
		for name, args := range map[string][]string{
			"show": {"incident", "show", id, "--as", "janet"}, "show --json": {"incident", "show", id, "--as", "janet", "--json"},
			"list": {"incident", "list", "--json"}, "the post-mortem": {"incident", "postmortem", id, "--as", "janet"},
		} {
			r := y.run("", append(args, "--data", y.data)...)
			said[when+name] = []byte(r.out + r.err)
		}
		for name, args := range map[string][]string{"incident.zip": {"incident", "export", id}, "records.zip": {"export"}} {
			file := filepath.Join(y.dir, when+name)
			y.on(append(args, "--out", file)...)
			said[when+name] = unzipped(t, file)
		}
		for _, who := range []string{"carmen", "janet"} {
			visitor := &browser{t: t}
			visitor.ask(strings.TrimSpace(y.on("person", "link", who)), url.Values{})
			for _, path := range []string{"/incidents/" + id, "/incidents/" + id + "/decisions/" + decision, "/incidents/" + id + "/timeline", "/ready"} {
				_, page := visitor.ask(s.URL+path, nil)
				said[when+path+" of "+who] = []byte(page)
			}
		}
	}
	look("before: ")
	for where, text := range said {
		if waiting.in(text) {
			t.Errorf("%s holds %s", where, waiting.name)
		}
	}
	y.approve(id, decision, "oscar", y.signAs(id, decision, "oscar"))
	y.approve(id, decision, "janet", y.signAs(id, decision, "janet"))
	y.until("the reserve to be paused", func() bool { return y.paused(y.reserve) })
	look("after: ")

	// A crash prints what every part was doing.
	if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	give := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	defer give.Stop()
	if err := s.wait(); err == nil || !strings.Contains(s.log.String(), "goroutine ") {
		t.Errorf("it did not end with a dump: %v", err)
	}
	said["the log and the dump"] = s.log.Bytes()
	kept := false
	err = filepath.WalkDir(y.data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		said[path] = text
		kept = kept || waiting.in(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !kept {
		t.Error("the database does not hold the signature that was carried out, so something else was looked for")
	}
	for where, text := range said {
		if len(text) == 0 && strings.HasPrefix(where, "after") {
			t.Errorf("%s is empty, so nothing was looked for there", where)
		}
		for _, x := range always {
			if x.in(text) {
				t.Errorf("%s holds %s", where, x.name)
			}
		}
	}
	if waiting.in(said["the log and the dump"]) {
		t.Errorf("the log holds %s", waiting.name)
	}
}

// signAs signs a decision as a person, whose place in it says what they sign.
func (w *world) signAs(id, decision, person string) string {
	w.t.Helper()
	return strings.TrimSpace(w.on("sign", id, decision, "--as", person, "--keystore", w.keyFile(person), "--plan", w.plan, "--yes"))
}

// unzipped is what lies in an archive, one file behind the other.
func unzipped(t *testing.T, file string) []byte {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var all []byte
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, b...), '\n')
	}
	return all
}
