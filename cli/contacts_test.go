package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const reachable = `# Ours.
tocsin: 1
protocol: a
name: A
core_team:
  # Ada never sleeps.
  - id: ada
    name: Ada
    contact: # both at once
      - { kind: phone, to: "+19995550100" }
      - { kind: email, to: ada@example.com }
    time_zone: Europe/Vienna
  - id: bo
    name: Bo
    contact: [{ kind: chat, to: bo }]
`

func plans(t *testing.T, text string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "plan")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	return dir
}

// says runs a command line and answers its exit code and what it printed, both streams together.
func says(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := Run(t.Context(), args, strings.NewReader(""), &out, &out)
	return code, out.String()
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestContactsAreSealedShownAndPutBack(t *testing.T) {
	dir := plans(t, reachable)
	keyFile := filepath.Join(t.TempDir(), "key")
	code, reader := says(t, "contacts", "key", keyFile)
	if code != exitFine || !strings.HasPrefix(reader, "age1") {
		t.Fatalf("%d %s", code, reader)
	}
	if info, err := os.Stat(keyFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v %v", info.Mode(), err)
	}
	if code, out := says(t, "contacts", "key", keyFile); code != exitUnusable || !strings.Contains(out, "is there already") {
		t.Errorf("a key over a key: %d %s", code, out)
	}
	if code, out := says(t, "contacts", "seal", dir); code != exitUnusable || !strings.Contains(out, "Nobody is named who can read") {
		t.Fatalf("without a reader: %d %s", code, out)
	}
	if code, out := says(t, "contacts", "seal", dir, "--reader", strings.TrimSpace(reader)); code != exitFine || !strings.Contains(out, "2 persons") {
		t.Fatalf("%d %s", code, out)
	}
	text := read(t, dir, "plan.yaml")
	for _, gone := range []string{"+1999", "ada@example.com", "kind: chat"} {
		if strings.Contains(text, gone) {
			t.Errorf("the plan still says %q:\n%s", gone, text)
		}
	}
	for _, kept := range []string{"# Ours.", "# Ada never sleeps.", "time_zone: Europe/Vienna", "file: contacts.age"} {
		if !strings.Contains(text, kept) {
			t.Errorf("the plan no longer says %q:\n%s", kept, text)
		}
	}
	if strings.Contains(read(t, dir, "contacts.age"), "1999") {
		t.Error("the sealed file can be read")
	}

	if code, out := says(t, "contacts", "show", dir); code != exitUnusable || !strings.Contains(out, "TOCSIN_CONTACTS_KEY_FILE") {
		t.Errorf("shown without a key: %d %s", code, out)
	}
	t.Setenv("TOCSIN_CONTACTS_KEY_FILE", keyFile)
	if code, out := says(t, "contacts", "show", dir); code != exitFine || !strings.Contains(out, "+19995550100") {
		t.Errorf("%d %s", code, out)
	}

	// Sealed anew with nothing changed, the plan stays; with somebody's new number, it names another hash.
	if code, out := says(t, "contacts", "seal", dir); code != exitFine || read(t, dir, "plan.yaml") != text {
		t.Errorf("sealed anew: %d %s\n%s", code, out, read(t, dir, "plan.yaml"))
	}
	changed := strings.Replace(text, "    name: Bo\n", "    name: Bo\n    contact: [{ kind: chat, to: bobo }]\n", 1)
	if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(changed), 0o640); err != nil {
		t.Fatal(err)
	}
	if code, out := says(t, "contacts", "seal", dir); code != exitFine || read(t, dir, "plan.yaml") == text || strings.Contains(read(t, dir, "plan.yaml"), "bobo") {
		t.Errorf("a changed contact: %d %s\n%s", code, out, read(t, dir, "plan.yaml"))
	}
	if code, out := says(t, "contacts", "show", dir, "--json"); code != exitFine || !strings.Contains(out, `"bobo"`) || !strings.Contains(out, "+19995550100") {
		t.Errorf("%d %s", code, out)
	}

	if code, out := says(t, "contacts", "unseal", dir); code != exitFine || !strings.Contains(out, "stand in the YAML again") {
		t.Fatalf("%d %s", code, out)
	}
	back := read(t, dir, "plan.yaml")
	for _, there := range []string{"+19995550100", "ada@example.com", "bobo", "# Ada never sleeps."} {
		if !strings.Contains(back, there) {
			t.Errorf("after unsealing the plan does not say %q:\n%s", there, back)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "contacts.age")); err == nil || strings.Contains(back, "contacts.age") {
		t.Error("the sealed file is still there")
	}
	if code, _ := says(t, "contacts", "unseal", dir); code != exitNo {
		t.Errorf("unsealed twice: %d", code)
	}
	if info, err := os.Stat(filepath.Join(dir, "plan.yaml")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the plan's file: %v %v", info.Mode(), err)
	}
}

func TestContactsOfAPlanWithoutAny(t *testing.T) {
	dir := plans(t, "tocsin: 1\nprotocol: a\nname: A\n")
	if code, out := says(t, "contacts", "seal", dir, "--reader", "age1x"); code != exitUnusable || !strings.Contains(out, "holds no contact details") {
		t.Errorf("%d %s", code, out)
	}
	if code, out := says(t, "contacts", "show", dir, "--json"); code != exitFine || !strings.Contains(out, `"contacts": []`) {
		t.Errorf("%d %s", code, out)
	}
	if code, out := says(t, "contacts", "show", filepath.Join(dir, "nowhere")); code != exitUnusable {
		t.Errorf("%d %s", code, out)
	}
}

// sealedPlan is a plan whose contact details are sealed for the key that the environment then names.
func sealedPlan(t *testing.T) (dir string) {
	t.Helper()
	dir = plans(t, reachable)
	key := filepath.Join(t.TempDir(), "key")
	_, reader := says(t, "contacts", "key", key)
	if code, out := says(t, "contacts", "seal", dir, "--reader", strings.TrimSpace(reader)); code != exitFine {
		t.Fatalf("%d %s", code, out)
	}
	t.Setenv("TOCSIN_CONTACTS_KEY_FILE", key)
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A sealing that is cut short between the sealed file and the YAML can be done again, and loses nobody.
func TestContactsSealedAgainAfterBeingCutShort(t *testing.T) {
	dir := sealedPlan(t)
	edited := strings.Replace(read(t, dir, "plan.yaml"), "name: Bo\n", "name: Bo\n    contact: [{ kind: chat, to: bo-bo }]\n", 1)
	old := read(t, dir, "contacts.age")
	put(t, dir, "plan.yaml", edited)
	if code, out := says(t, "contacts", "seal", dir); code != exitFine {
		t.Fatalf("%d %s", code, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "before-contacts.age")); err == nil {
		t.Error("the file of before is still there")
	}

	put(t, dir, "plan.yaml", edited) // as it is when the process ends between the two
	put(t, dir, "before-contacts.age", old)
	if code, out := says(t, "contacts", "seal", dir); code != exitFine {
		t.Fatalf("sealed again: %d %s", code, out)
	}
	if code, out := says(t, "contacts", "show", dir); code != exitFine || !strings.Contains(out, "bo-bo") || !strings.Contains(out, "+19995550100") {
		t.Errorf("%d %s", code, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "before-contacts.age")); err == nil {
		t.Error("the file of before is still there")
	}
}

// A file that is not the plan's is never taken for it, by whatever way it came.
func TestContactsOfAnotherPlan(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	_, reader := says(t, "contacts", "key", key)
	t.Setenv("TOCSIN_CONTACTS_KEY_FILE", key)
	dir, foreign := plans(t, reachable), plans(t, strings.Replace(reachable, "+19995550100", "+19995550666", 1))
	for _, d := range []string{dir, foreign} {
		if code, out := says(t, "contacts", "seal", d, "--reader", strings.TrimSpace(reader)); code != exitFine {
			t.Fatalf("%d %s", code, out)
		}
	}
	put(t, dir, "contacts.age", read(t, foreign, "contacts.age"))
	put(t, dir, "before-contacts.age", read(t, foreign, "contacts.age"))
	for _, command := range []string{"show", "seal", "unseal"} {
		if code, out := says(t, "contacts", command, dir); code == exitFine || !strings.Contains(out, "are not those that the plan names") || strings.Contains(out, "0666") {
			t.Errorf("%s: %d %s", command, code, out)
		}
	}
}

// Somebody who leaves the team leaves the sealed file with the next sealing.
func TestContactsOfSomebodyWhoLeft(t *testing.T) {
	dir := sealedPlan(t)
	text := read(t, dir, "plan.yaml")
	from, to := strings.Index(text, "  - id: bo\n"), strings.Index(text, "contacts:\n")
	if from < 0 || to < from {
		t.Fatalf("%s", text)
	}
	put(t, dir, "plan.yaml", text[:from]+text[to:])
	if code, out := says(t, "contacts", "seal", dir); code != exitFine || !strings.Contains(out, "no longer names them: bo.") {
		t.Fatalf("%d %s", code, out)
	}
	if code, out := says(t, "contacts", "show", dir); code != exitFine || strings.Contains(out, "bo") || !strings.Contains(out, "+19995550100") {
		t.Errorf("%d %s", code, out)
	}
}
