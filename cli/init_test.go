package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/check"
	"tocsin/plan"
)

func loadDir(t *testing.T, dir string) (*plan.Plan, *plan.Source) {
	t.Helper()
	p, src, err := plan.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return p, src
}

func TestInitOfEachStarter(t *testing.T) {
	for _, starter := range starterIDs() {
		dir := filepath.Join(t.TempDir(), "new", "plan")
		out, complaint, code := command(t, "", "init", dir, "--yes", "--starter", starter)
		if code != exitFine || complaint != "" {
			t.Fatalf("%s: exit %d: %s", starter, code, complaint)
		}
		p, src := loadDir(t, dir)
		for _, g := range check.Check(p, src) { // all that is open is on the list
			if g.Code == "value-open" && !strings.Contains(out, g.File+":") {
				t.Errorf("%s: the list does not name %s", starter, g.File)
			}
		}
		schema, err := os.ReadFile(filepath.Join(dir, schemaFile))
		if err != nil || string(schema) != string(plan.Schema()) {
			t.Errorf("%s: the schema is not there (%v)", starter, err)
		}
		for _, want := range []string{"holds the plan", titles[0], titles[1], titles[3], "The plan was never exercised", "tocsin check " + dir} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: init does not say %q:\n%s", starter, want, out)
			}
		}
		if strings.Contains(out, "TBD") {
			t.Errorf("%s: init calls somebody TBD:\n%s", starter, out)
		}
	}
}

func TestInitByFlags(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plan")
	out, complaint, code := command(t, "", "init", dir, "--yes", "--starter", "bridge", "--name", "Ferry & Sons", "--json",
		"--chain", "8453", "--chain", "4242=Far Shore",
		"--person", "Ada L <ada@example.com> +1 999 555 1212 technical-lead", "--person", "Ben +19995551213", "--person", "Cyd <cyd@example.com> auditor")
	if code != exitFine || complaint != "" {
		t.Fatalf("exit %d: %s", code, complaint)
	}
	var said begun
	if err := json.Unmarshal([]byte(out), &said); err != nil || said.Folder != dir || said.Starter != "bridge" || !slices.Contains(said.Files, "plan.yaml") {
		t.Fatalf("%v: %s", err, out)
	}
	p, src := loadDir(t, dir)
	if p.Name != "Ferry & Sons" || p.Protocol != "ferry-sons" {
		t.Errorf("it is called %q, with the id %q", p.Name, p.Protocol)
	}
	if len(p.Chains) != 2 || p.Chains[0].Name != "Base" || p.Chains[1].ID != 4242 || p.Chains[1].Name != "Far Shore" {
		t.Errorf("chains %+v", p.Chains)
	}
	for id, chain := range map[string]uint64{"main": 8453, "far-side": 4242} {
		if a, _ := p.Asset(id); a.Chain != chain {
			t.Errorf("%s lies on chain %d, want %d", id, a.Chain, chain)
		}
	}
	for id, want := range map[string]string{
		"first-engineer": "Ada L phone +1 999 555 1212 email ada@example.com", "first-admin": "Ben phone +19995551213 email TBD",
		"auditor": "Cyd phone TBD email cyd@example.com", "second-admin": "TBD phone TBD email TBD",
	} {
		x, _ := p.Person(id)
		got := x.Name
		for _, c := range x.Contact {
			got += " " + c.Kind + " " + c.To
		}
		if got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
	// The first lines of a list are the people, in the order of the file, each with what is still open of them.
	if g := said.Gaps[0]; g.What != "Ben" || !slices.Equal(g.Open, []string{"email", "keys"}) || g.Line != src.At("core_team[first-admin]").Line {
		t.Errorf("first comes %+v", g)
	}
	if i := slices.IndexFunc(said.Gaps, func(o opening) bool { return o.What == "Ada L" }); !slices.Equal(said.Gaps[i].Open, []string{"keys"}) {
		t.Errorf("of Ada is open: %q", said.Gaps[i].Open)
	}
	text, err := os.ReadFile(filepath.Join(dir, "plan.yaml"))
	if err != nil || !strings.Contains(string(text), "# reviewed: write the day here") || !strings.Contains(string(text), "# The home chain first.") {
		t.Errorf("the comments are gone (%v):\n%s", err, text)
	}
}

func TestInitByQuestions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plan")
	answers := "minimal\nSmall Pot\n\n10\nAda <ada@example.com> +19995551212\n\n"
	out, complaint, code := command(t, answers, "init", dir)
	if code != exitFine || complaint != "" {
		t.Fatalf("exit %d: %s", code, complaint)
	}
	for _, want := range []string{
		"Which plan to begin with? Take the one that is most like yours; all of it can be changed.\n[minimal] ", "What do people call the protocol? ", "Its id? ",
		"Which chain does it run on? ", "Who is the first founder? ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("init does not ask %q:\n%s", want, out)
		}
	}
	p, _ := loadDir(t, dir)
	if p.Name != "Small Pot" || p.Protocol != "small-pot" || p.Chains[0].Name != "OP Mainnet" || p.CoreTeam[0].Name != "Ada" || p.CoreTeam[1].Name != plan.TBD {
		t.Errorf("the plan is of %s (%s) on %s, with %s and %s", p.Name, p.Protocol, p.Chains[0].Name, p.CoreTeam[0].Name, p.CoreTeam[1].Name)
	}
}

func TestInitAsksAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plan")
	out, complaint, code := command(t, "dex\nminimal\nPot\nPot!\npot\nmainnet\n1\nAda <ada>\nAda <ada@example.com>\n\n", "init", dir)
	if code != exitFine {
		t.Fatalf("exit %d: %s", code, complaint)
	}
	for _, want := range []string{`There is no starter "dex".`, `"Pot!" is not an id.`, `"mainnet" is not a chain.`, "holds no e-mail address"} {
		if !strings.Contains(out, want) {
			t.Errorf("init does not say %q:\n%s", want, out)
		}
	}
	if p, _ := loadDir(t, dir); p.Protocol != "pot" || p.Chains[0].ID != 1 || p.CoreTeam[0].Name != "Ada" {
		t.Errorf("the plan is %s on %d with %s", p.Protocol, p.Chains[0].ID, p.CoreTeam[0].Name)
	}
	if _, complaint, code := command(t, strings.Repeat("dex\n", 9), "init", filepath.Join(t.TempDir(), "plan")); code != exitUnusable || !strings.Contains(complaint, "There is no starter") {
		t.Errorf("after many useless answers: exit %d: %s", code, complaint)
	}
}

func TestInitAsksOnStandardErrorForJSON(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plan")
	out, asked, code := command(t, "\n\n\n\n\n\n", "init", dir, "--json", "--starter", "minimal")
	var said begun
	if err := json.Unmarshal([]byte(out), &said); err != nil || code != exitFine || !strings.Contains(asked, "Its id?") {
		t.Errorf("exit %d, %v, asked %q, printed %s", code, err, asked, out)
	}
}

func TestInitOverWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("notes.txt", "ours")
	if _, complaint, code := command(t, "", "init", dir, "--yes", "--starter", "minimal"); code != exitFine {
		t.Fatalf("beside other files: exit %d: %s", code, complaint)
	}
	put("more.yaml", "notes: [{text: ours}]\n")
	_, complaint, code := command(t, "", "init", dir, "--yes", "--starter", "vault")
	if code != exitUnusable || !strings.Contains(complaint, "holds a plan already. Name another folder, or add --force") {
		t.Errorf("over a plan: exit %d: %s", code, complaint)
	}
	if p, _ := loadDir(t, dir); p.Protocol != "our-protocol" {
		t.Errorf("the plan there became %s", p.Protocol)
	}
	if _, complaint, code := command(t, "", "init", dir, "--yes", "--starter", "vault", "--force"); code != exitFine {
		t.Errorf("with --force: exit %d: %s", code, complaint)
	}
	if p, _ := loadDir(t, dir); p.Protocol != "our-vault" {
		t.Errorf("the plan there is still %s", p.Protocol)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "notes.txt")); err != nil || string(b) != "ours" {
		t.Errorf("what else lay there: %q, %v", b, err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, schemaFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, complaint, code := command(t, "", "init", other, "--yes"); code != exitUnusable || !strings.Contains(complaint, "holds a file schema.json already") {
		t.Errorf("over a schema of somebody else's: exit %d: %s", code, complaint)
	}
}

func TestInitRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		args []string
		say  string
	}{
		"starter":       {"", []string{"--yes", "--starter", "dex"}, `There is no starter "dex". Choose one of: minimal, vault, lending, bridge, token.`},
		"id":            {"", []string{"--yes", "--protocol", "My Vault"}, `"My Vault" is not an id. Write lower-case letters`},
		"name":          {"", []string{"--yes", "--name", "a\x1bb"}, "is not a name"},
		"chain":         {"", []string{"--yes", "--chain", "mainnet"}, `"mainnet" is not a chain. Write its EIP-155 id`},
		"chain zero":    {"", []string{"--yes", "--chain", "0=None"}, `"0=None" is not a chain.`},
		"chains":        {"", []string{"--yes", "--chain", "1", "--chain", "10"}, "The starter minimal runs on 1 chain."},
		"same chain":    {"", []string{"--yes", "--starter", "bridge", "--chain", "10"}, "Chain 10 stands in the plan twice."},
		"mail":          {"", []string{"--yes", "--person", "Ada <ada>"}, "holds no e-mail address between < and >"},
		"open mail":     {"", []string{"--yes", "--person", "Ada <ada@example.com"}, "holds an e-mail address that does not end"},
		"phone":         {"", []string{"--yes", "--person", "Ada +1234567890123456789"}, "holds no telephone number that can be called"},
		"nobody":        {"", []string{"--yes", "--person", "<ada@example.com>"}, "names nobody"},
		"number":        {"", []string{"--yes", "--person", "1"}, "does not begin with a name"},
		"mail for name": {"", []string{"--yes", "--person", "ada@"}, "does not begin with a name"},
		"behind":        {"", []string{"--yes", "--person", "Ada <ada@example.com> Boss!"}, "cannot be read"},
		"place":         {"", []string{"--yes", "--person", "Ada <ada@example.com> chef"}, `The starter minimal has no place "chef" for Ada. Its places are: first-founder,`},
		"place taken":   {"", []string{"--yes", "--person", "Ada <a@example.com> adviser", "--person", "Ben <b@example.com> adviser"}, "No place of the starter minimal is left for Ben as adviser."},
		"too many":      {"", []string{"--yes", "--person", "A <a@example.com>", "--person", "B <b@example.com>", "--person", "C <c@example.com>", "--person", "D <d@example.com>"}, "none is left for D."},
		"end of input":  {"minimal\nPot\n", nil, "The input ended before this was answered: Its id? Give --protocol, or --yes"},
		"end at people": {"minimal\nPot\npot\n1\nAda\n", nil, "Who is the second founder? Give --person"},
		"long answer":   {strings.Repeat("x", 5000) + "\n", nil, "longer than 4096 characters"},
		"folders":       {"", []string{"more"}, "Init takes one folder."},
	} {
		dir := filepath.Join(t.TempDir(), "plan")
		out, complaint, code := command(t, c.in, append([]string{"init", dir}, c.args...)...)
		if code != exitUnusable || !strings.Contains(complaint, c.say) {
			t.Errorf("%s: exit %d, %q, want %q (printed %q)", name, code, complaint, c.say, out)
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s: something was written", name)
		}
	}
}

func TestInitWhereNothingCanBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "plan")} {
		if _, complaint, code := command(t, "", "init", dir, "--yes"); code != exitUnusable || !strings.Contains(complaint, "The plan cannot be written to "+dir+": not a directory.") {
			t.Errorf("%s: exit %d: %s", dir, code, complaint)
		}
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "ours" {
		t.Errorf("the file became %q, %v", b, err)
	}
	// What was begun and not finished, as by a process that was killed, is no plan and is not in the way.
	dir := filepath.Join(t.TempDir(), "plan")
	if err := os.Mkdir(filepath.Join(filepath.Dir(dir), ".plan-half"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, complaint, code := command(t, "", "init", dir, "--yes"); code != exitFine {
		t.Errorf("beside what was left: exit %d: %s", code, complaint)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".plan-*"))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the plan lie %q, %v", left, err)
	}
}

func TestInitLists(t *testing.T) {
	out, _, code := command(t, "", "init", "--list")
	if code != exitFine || strings.Count(out, "\n") != len(starterIDs()) || !strings.HasPrefix(out, "minimal ") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if out, _, _ = command(t, "", "init", "--list", "--json"); !strings.Contains(out, `"id": "lending"`) {
		t.Errorf("as JSON: %s", out)
	}
}
