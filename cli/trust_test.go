package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// run runs a command line and returns its exit code and what it said.
func runLine(t *testing.T, in string, args ...string) (int, string) {
	t.Helper()
	var out, errOut bytes.Buffer
	code := Run(t.Context(), args, strings.NewReader(in), &out, &errOut)
	return code, out.String() + errOut.String()
}

// A trust file that was changed is refused as a whole, never taken for an empty one: that would trust whatever comes.
func TestTrustFileThatWasChanged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "deep", "trust.json")
	if code, said := runLine(t, "", "trust", "../examples/vault", "--trust", file, "--yes"); code != 0 {
		t.Fatalf("exit %d: %s", code, said)
	}
	if code, said := runLine(t, "", "trust", "../examples/vault", "--trust", file); code != 0 || !strings.Contains(said, "already") {
		t.Errorf("again: exit %d: %s", code, said)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"empty":           "",
		"no object":       "[]",
		"newer form":      strings.Replace(string(good), `"tocsin_trust": 1`, `"tocsin_trust": 2`, 1),
		"a plan's byte":   strings.Replace(string(good), "Carmen E", "Carmen F", 1),
		"its hash":        strings.Replace(string(good), `"hash": "0x`, `"hash": "0xf`, 1),
		"another name":    strings.Replace(string(good), `"harbour-vault": {`, `"harbour-fault": {`, 1),
		"no plans":        `{"tocsin_trust": 1, "protocols": {"harbour-vault": {"plans": []}}}`,
		"nothing":         `{"tocsin_trust": 1, "protocols": {"harbour-vault": null}}`,
		"no protocols":    `{"tocsin_trust": 1}`,
		"more behind":     string(good) + "{}",
		"an unknown word": strings.Replace(string(good), `"tocsin_trust"`, `"x": 1, "tocsin_trust"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			if bad == string(good) {
				t.Fatal("nothing was changed")
			}
			if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"trust", "../examples/vault", "--yes"}, {"decode", "0x8456cb59"}} {
				if code, said := runLine(t, "", append(args, "--trust", file)...); code != exitUnusable || !strings.Contains(said, "cannot be read") {
					t.Errorf("%s: exit %d: %s", args[0], code, said)
				}
			}
			if now, err := os.ReadFile(file); err != nil || string(now) != bad {
				t.Errorf("it was written over: %v", err)
			}
		})
	}
}

func TestTrustIsAskedFor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trust.json")
	for _, in := range []string{"", "no\n", "YES\n", "yes please\n", strings.Repeat("y", 5000)} {
		if code, said := runLine(t, in, "trust", "../examples/vault", "--trust", file); code != exitNo || !strings.Contains(said, "Nothing was changed") {
			t.Errorf("answer %.20q: exit %d: %s", in, code, said)
		}
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Fatalf("answer %.20q: it was written: %v", in, err)
		}
	}
	if code, said := runLine(t, "yes\n", "trust", "../examples/vault", "--trust", file); code != exitFine {
		t.Errorf("exit %d: %s", code, said)
	}
}
