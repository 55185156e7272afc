package comms_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/comms"
	"tocsin/examples"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

func TestPublicTextsNameNobody(t *testing.T) {
	p, s := vault(), contained()
	public := comms.PublicPostmortem(p, s, happened(), at(600*minute)) + comms.Draft(p, s, communication(t, p, "users"), at(40*minute)) +
		comms.Draft(p, s, communication(t, p, "report"), at(600*minute))
	for _, private := range []string{"Janet", "Rossi", "janet", "David", "Lindqvist", "david", "Omar", "Khan", "omar", "555 0100", "press", "0x0f0000", "1,200", "evil"} {
		if strings.Contains(public, private) {
			t.Errorf("what the public reads holds %q:\n%s", private, public)
		}
	}
	if !strings.Contains(public, "Deposits are paused.") {
		t.Errorf("what the public was told is not repeated:\n%s", public)
	}
}

func TestExerciseIsMarked(t *testing.T) {
	p, s := vault(), contained()
	s.Exercise = &incident.Exercise{Scenario: "drained-vault"}
	p.Communications = append(p.Communications, plan.Communication{ID: "own", Audience: "users", Template: "Hello {{.Name}}."})
	texts := map[string]string{"postmortem": comms.Postmortem(p, s, nil, began), "public": comms.PublicPostmortem(p, s, nil, began)}
	for _, c := range p.Communications {
		texts[c.ID] = comms.Draft(p, s, c, began)
	}
	for name, text := range texts {
		if strings.Count(text, "EXERCISE") != 1 {
			t.Errorf("%s says EXERCISE %d times:\n%s", name, strings.Count(text, "EXERCISE"), text)
		}
	}
	own := plan.Communication{ID: "own", Audience: "users", Template: "{{if .Exercise}}EXERCISE! {{end}}Hello."}
	if got := comms.Draft(p, s, own, began); got != "EXERCISE! Hello.\n" {
		t.Errorf("a template that marks it itself gives %q", got)
	}
}

func TestUndoneActionsAreNotTold(t *testing.T) {
	p, s := vault(), contained()
	again := pause()
	again.Action, again.Words.Changes = "unpause-vault", "Everybody can deposit and withdraw"
	s.Actions = append(s.Actions, incident.Action{ID: "action-2", Action: "unpause-vault", Prepared: again, State: incident.LandedOnce})
	if got := comms.Draft(p, s, communication(t, p, "users"), at(60*minute)); !strings.Contains(got, "Nobody can deposit") {
		t.Errorf("what has not been proven to be undone is no longer told:\n%s", got)
	}
	s.Actions[1].State = incident.Verified
	got := comms.Draft(p, s, communication(t, p, "users"), at(60*minute))
	if strings.Contains(got, "Nobody can deposit") || !strings.Contains(got, "Everybody can deposit and withdraw.") {
		t.Errorf("what was undone is still told:\n%s", got)
	}
}

func TestTemplate(t *testing.T) {
	p, s := vault(), contained()
	c := plan.Communication{
		ID: "users", Audience: "users", Timing: plan.Timing{Every: plan.Duration(60 * minute)},
		Template: "{{.Name}} #{{.Number}}: {{.What}}{{if and .Done (ne .Phase \"over\")}} ({{.Phase}}){{else}}?{{end}} Next by {{.Next}}.{{/* said */}}",
	}
	want := "Harbour Vault #2: There was a problem with Harbour Vault. As far as we can see, it has stopped. (stopped, being repaired) Next by 15:42 UTC.\n"
	if got := comms.Draft(p, s, c, at(40*minute)); got != want {
		t.Errorf("draft %q, want %q", got, want)
	}
	if err := comms.CheckTemplate(c.Template); err != nil {
		t.Error(err)
	}
}

func TestTemplatesThatCannotBeUsed(t *testing.T) {
	p, s := vault(), contained()
	p.Communications[1].Template = ""
	without := comms.Draft(p, s, p.Communications[1], began)
	for text, say := range map[string]string{
		"{{.Wat}}":                             "there is no field .Wat",
		"{{if .Exercise}}{{.What.Wat}}{{end}}": "there is no field .What.Wat",
		"{{.What":                              "line 1",
		"{{end}}":                              "line 1",
		"{{range 1000000000000}}x{{end}}":      "it may not hold {{range",
		`{{define "a"}}{{template "a"}}{{end}}{{template "a"}}`: "it defines another template",
		`{{template "template" .}}`:                             "it may not hold {{template",
		`{{printf "%1000000000d" 1}}`:                           "the function printf",
		`{{$x := .What}}{{$x = print $x $x}}`:                   "it may not hold variables",
		`{{with .What}}{{.}}{{end}}`:                            "it may not hold {{with",
		`{{.}}`:                                                 "{{.}} stands for all",
		`{{call .What}}`:                                        "the function call",
		`{{index .What 99}}`:                                    "the function index",
		`{{eq .What}}`:                                          "line 1",
		`{{eq .What .Exercise}}`:                                "line 1",
		`{{.What 1}}`:                                           "it may not hold 1",
		strings.Repeat("x", 20_000):                             "longer than",
		strings.Repeat("{{if .Exercise}}", 5_000):               "longer than",
		strings.Repeat("{{if .Exercise}}", 500):                 "too many",
		"{{" + strings.Repeat("(", 5_000) + "}}":                "too many",
	} {
		p.Communications[1].Template = text
		u := &incident.Update{ID: "users-2", Communication: "users", Number: 2}
		got, err := comms.DraftUpdate(p, s, u, nil, began)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), say) || !strings.Contains(err.Error(), ".Exercise") {
			t.Errorf("template %.60q: error %v, want invalid: %s, with what would be right", text, err, say)
		}
		if got != without || comms.Draft(p, s, p.Communications[1], began) != without {
			t.Errorf("template %.60q: the draft is not the one without template:\n%s", text, got)
		}
	}
}

func TestTemplatesOfTheExample(t *testing.T) {
	p, _, err := plan.Load(examples.Vault())
	if err != nil {
		t.Fatal(err)
	}
	used := 0
	for _, c := range p.Communications {
		if err := comms.CheckTemplate(c.Template); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
		if c.Template == "" {
			continue
		}
		used++
		got := comms.Draft(p, detected(), c, at(minute))
		if strings.Contains(got, "{{") || strings.Contains(got, ": \n") || len(got) < 200 {
			t.Errorf("%s is not filled in:\n%s", c.ID, got)
		}
	}
	if used == 0 {
		t.Error("the example has no template")
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"{{.What}}", "{{if .Exercise}}a{{else if eq .Phase \"over\"}}b{{end}}", "{{not (and .What .Next)}}", "{{/* x */}}{{- .Title -}}", "{{block \"x\" .}}{{end}}", "{{break}}"} {
		f.Add(s)
	}
	p, s := vault(), contained()
	f.Fuzz(func(t *testing.T, text string) {
		c := plan.Communication{ID: "users", Audience: "users", Template: text}
		got := comms.Draft(p, s, c, began)
		if strings.TrimSpace(got) == "" || len(got) > 100*len(text)+10_000 {
			t.Errorf("template %q gives a draft of %d bytes", text, len(got))
		}
	})
}

func TestPlainLanguage(t *testing.T) {
	const long = "This is a sentence that goes on and on and on, with one thing after another, and then some more of it, until nobody knows any longer how it began."
	for _, c := range []struct{ text, kinds, quotes string }{
		{"We have paused deposits. You need do nothing.", "", ""},
		{"All Funds Are SAFU!", "promise", "Funds Are SAFU"},
		{"Your money is 100% safe.", "promise", "100%"},
		{"The exploiter used reentrancy.", "jargon jargon", "exploiter|reentrancy"},
		{"It was human error.", "blame", "human error"},
		{"Look at 0x52908400098527886E0F7030069857D2E4169EE7.", "jargon", "0x52908400098527886…"},
		{long, "long", "This is a sentence that goes on and on and on, with one thi…"},
		{"Unexploited weird remedies; orchestrated etas. ", "", ""},
		{"One short line\nand the next one, which is not the same sentence\nand a third, so nothing here is long at all for anybody who reads it", "", ""},
		{"Das ist Größe: exploit", "jargon", "exploit"},
		{"İstanbul exploit", "jargon", "exploit"},
		{"", "", ""},
	} {
		var kinds, quotes []string
		for _, r := range comms.PlainLanguage(c.text) {
			kinds, quotes = append(kinds, r.Kind), append(quotes, r.Quote)
			if r.Say == "" {
				t.Errorf("%q: remark %+v says nothing", c.text, r)
			}
		}
		if got := strings.Join(kinds, " "); got != c.kinds {
			t.Errorf("%q: remarks %q, want %q", c.text, got, c.kinds)
		}
		if got := strings.Join(quotes, "|"); got != c.quotes {
			t.Errorf("%q: quotes %q, want %q", c.text, got, c.quotes)
		}
	}
}

func FuzzPlainLanguage(f *testing.F) {
	f.Add("All funds are safu! 0x52908400098527886E0F7030069857D2E4169EE7 İ 100%")
	f.Fuzz(func(t *testing.T, text string) {
		remarks := comms.PlainLanguage(text)
		if len(remarks) > 50 || slices.ContainsFunc(remarks, func(r comms.Remark) bool { return r.Quote == "" }) {
			t.Errorf("remarks %+v", remarks)
		}
	})
}

func TestStrangersCannotWriteMarkdown(t *testing.T) {
	s := contained()
	evil := "x | y\n# Heading\n<script>alert(1)</script> [click](https://evil.example) `code` **bold**"
	s.Title, s.Findings[0].Say, s.Updates[1].Text = evil, evil, evil
	for _, text := range []string{comms.Postmortem(vault(), s, happened(), at(time.Hour)), comms.PublicPostmortem(vault(), s, nil, at(time.Hour))} {
		for _, bad := range []string{"<script", "\n# Heading", "[click](", "| y"} {
			if i := strings.Index(text, bad); i >= 0 && text[max(i-1, 0)] != '\\' {
				t.Errorf("the post-mortem holds %q:\n%s", bad, text[max(i-100, 0):i+50])
			}
		}
	}
}
