package web

import (
	"crypto/sha256"
	"encoding/base32"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/hook"
	"tocsin/incident"
	"tocsin/journal"
)

// The limits of the public form: lengths in characters, and how many reports an hour brings at most.
const (
	reportWords   = 10_000
	reportWhere   = 1_000
	reportContact = 300
	reportsEach   = 5
	reportsAll    = 60
)

// reportForm is the public form, on which anybody can tell the team what they saw.
type reportForm struct {
	*shell
	Action string
	Ticket string
	Policy string // where vulnerabilities are written about; empty if nowhere
	Fault  string
	Trap   bool // the field that stays empty was filled in: show it
	kept   url.Values
}

// Value is what was written into a field before.
func (f *reportForm) Value(name string) string { return f.kept.Get(name) }

// reportDone says that a report has arrived.
type reportDone struct {
	*shell
	Reference string
	Called    bool   // the team is called, rather than reads it
	Unused    bool   // nobody has used the hole yet
	Reachable bool   // they said how
	Policy    string // where vulnerabilities are written about
}

// reportChoice leads to one of several forms.
type reportChoice struct {
	Name, Href string
}

// reportAsk shows the public form.
func (c *Console) reportAsk(w http.ResponseWriter, r *http.Request) {
	if e, ok := c.reportEntrance(w, r); ok {
		c.showReport(w, r, http.StatusOK, e, &reportForm{})
	}
}

// reportEntrance is the detector that the reports of an address lead to. If the address leaves it open, people choose.
func (c *Console) reportEntrance(w http.ResponseWriter, r *http.Request) (entrance, bool) {
	if r.PathValue("detector") == "" {
		list, err := c.entrances(r.Context(), kindReport, "", "")
		if err != nil {
			c.fail(w, r, err)
			return entrance{}, false
		}
		if len(list) > 1 {
			var choices []reportChoice
			for _, e := range list {
				choices = append(choices, reportChoice{Name: e.plan.Name + ": " + e.detector.Name, Href: reportPath(e)})
			}
			c.render(w, r, http.StatusOK, reportChoiceBody(c.bare("Tell us what you saw"), choices))
			return entrance{}, false
		}
	}
	e, err := c.entrance(r, kindReport)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "There is nothing here.").Instead("The address may be old.")
		}
		c.fail(w, r, err)
		return entrance{}, false
	}
	return e, true
}

// reportPath is the address of a form.
func reportPath(e entrance) string {
	return "/report/" + url.PathEscape(e.plan.Protocol) + "/" + url.PathEscape(e.detector.ID)
}

func (c *Console) showReport(w http.ResponseWriter, r *http.Request, status int, e entrance, f *reportForm) {
	f.shell = c.bare("Tell us what you saw")
	f.Protocol, f.Path, f.Action, f.Policy = e.plan.Name, reportPath(e), reportPath(e), e.detector.URL
	if f.Ticket == "" {
		f.Ticket = c.ticket(e.name())
	}
	c.render(w, r, status, reportBody(f))
}

// report takes what somebody tells. Whatever is not accepted comes back with their words in it.
func (c *Console) report(w http.ResponseWriter, r *http.Request) {
	e, ok := c.reportEntrance(w, r)
	if !ok {
		return
	}
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, fault.New(fault.Invalid, "The form could not be read.").Instead("It may be too long: write the most important in %d letters.", reportWords).Because(err))
		return
	}
	again := func(status int, ticket, say string) {
		c.showReport(w, r, status, e, &reportForm{Fault: say, Ticket: ticket, Trap: r.PostForm.Get("website") != "", kept: r.PostForm})
	}
	ticket := r.PostForm.Get("ticket")
	if say := faultOfReport(r.PostForm); say != "" {
		if _, ok := c.issued(e.name(), ticket); !ok {
			ticket = ""
		}
		again(http.StatusUnprocessableEntity, ticket, say)
		return
	}
	at, made := c.issued(e.name(), ticket)
	switch age := c.now().Sub(at); {
	case !made, age > ticketLatest:
		again(http.StatusUnprocessableEntity, "", "This form was open for too long, or the server was started anew. Your words are still here: send them again.")
		return
	case age < ticketSoonest:
		again(http.StatusUnprocessableEntity, ticket, "That was faster than a person writes. Your words are still here: send them again.")
		return
	}
	undo, wait, ok := c.reports.take(c.origin(r), c.now())
	if !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		again(http.StatusTooManyRequests, ticket, "More reports came within this hour than this form takes. Your words are still here: send them again in "+waitWords(wait)+".")
		return
	}
	f, reference := c.reported(e, r.PostForm)
	if err := c.Engine.Observe(r.Context(), engine.Observation{Protocol: e.plan.Protocol, Findings: []incident.Finding{f}, Exercise: c.Exercise}); err != nil {
		undo()
		c.Logger.Error("take a report", "detector", e.name(), "error", err)
		again(http.StatusServiceUnavailable, ticket, "Your report could not be stored just now. Your words are still here: send them again.")
		return
	}
	sh := c.bare("Your report has arrived")
	sh.Protocol, sh.Path = e.plan.Name, reportPath(e)
	c.render(w, r, http.StatusOK, reportDoneBody(&reportDone{
		shell: sh, Reference: reference, Called: f.Mode == "page", Unused: r.PostForm.Get("when") == "unused", Reachable: f.Contact != "", Policy: e.detector.URL,
	}))
}

// waitWords is a time to wait, in whole minutes.
func waitWords(d time.Duration) string {
	if n := int(math.Ceil(d.Minutes())); n > 1 {
		return strconv.Itoa(n) + " minutes"
	}
	return "a minute"
}

// faultOfReport says why a report cannot be taken as it is.
func faultOfReport(form url.Values) string {
	switch {
	case form.Get("website") != "":
		return "Something was put into a field that people leave empty; your browser may have done it. Empty the field at the end of the form and send it again."
	case hook.Paragraphs(form.Get("what")) == "":
		return "Say in a sentence what you saw."
	case utf8.RuneCountInString(form.Get("what")) > reportWords:
		return "Your words are longer than this form takes. Write the most important, and leave the rest until the team has answered."
	case utf8.RuneCountInString(form.Get("where")) > reportWhere:
		return "The place is longer than this form takes. Write one or two addresses, transactions or links."
	case utf8.RuneCountInString(form.Get("contact")) > reportContact:
		return "How to reach you is longer than this form takes. One address is enough."
	}
	return ""
}

// happening says of each answer what the person says.
var happening = map[string]string{
	"now":    "They say that it is happening.",
	"unused": "They say that it could be done, and that nobody has yet.",
}

// reported makes a finding of what somebody wrote. What they wrote and how to reach them stand apart, as texts about people.
// The same words sent again from the same form are the same finding.
func (c *Console) reported(e entrance, form url.Values) (incident.Finding, string) {
	text := hook.Paragraphs(form.Get("what"))
	if where := hook.Line(form.Get("where"), reportWhere); where != "" {
		text += "\n\nWhere: " + where
	}
	contact, when := hook.Line(form.Get("contact"), reportContact), happening[form.Get("when")]
	sum := sha256.Sum256([]byte(strings.Join([]string{"report", e.plan.Protocol, e.detector.ID, form.Get("ticket"), text, when, contact}, "\x00")))
	code := base32.NewEncoding("ABCDEFGHJKLMNPQRSTUVWXYZ23456789").EncodeToString(sum[:])
	reference := code[:4] + "-" + code[4:8] + "-" + code[8:12]
	d := e.detector
	f := incident.Finding{
		ID: d.ID + "-" + reference, Detector: d.ID, Mode: "observe", Issues: e.plan.IssuesOf(d.ID), Asset: d.Asset, Chain: d.Chain, At: c.now(),
		Text: journal.Personal(text), Contact: journal.Personal(contact),
	}
	if d.Mode == "page" || d.Mode == "act" { // anybody can send one, so that it never acts by itself
		f.Mode = "page"
	}
	if a, ok := e.plan.Asset(d.Asset); ok && a.Chain != 0 {
		f.Chain = a.Chain
	}
	say := d.Message
	if say == "" {
		say = "Somebody told us something through the public form."
	} else if !strings.HasSuffix(say, ".") {
		say += "."
	}
	f.Say = strings.TrimSpace(say+" "+when) + " Report " + reference + "."
	return f, reference
}
