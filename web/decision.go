package web

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
)

// verdict is one decision with its exact content, and who has signed or is missing.
type verdict struct {
	Anchor   string
	Href     string // its own page
	Refusal  string // the page on which to refuse
	Name     string
	Question string
	Say      string // how it stands
	State    string // open, met, refused, expired, withdrawn
	Yours    bool
	Expires  moment
	Boxes    []box
	Content  content
	Sign     *signing // nil if this person cannot sign now
	Why      string   // why this person cannot, where they may wonder
	Bypass   *bypass  // what else this person may do
}

// box is one signature of a form, given or missing.
type box struct {
	State string // open, done, no
	Yours bool
	For   string // whose it is: "CEO", "1 of administrators"
	Line  string // "Yes", "No"
	At    *moment
	Who   string
	Small string
	Code  string // account that signed
}

// content is what a signature is for, in words and exactly.
type content struct {
	Sentence string
	Changes  string
	Harms    string
	NotWhen  string
	Facts    []row
	Text     string // of an update
	Hashes   []named
	Typed    string // typed data as JSON, for a wallet
}

// named is a hash with what it is.
type named struct{ Name, Hex string }

// signing is how this person can sign.
type signing struct {
	Form    form
	Choice  string // decision.Approve, Refuse or Override
	Why     string // of an override: its reason, which is signed, too
	Signers string // addresses of the person's keys, parted by spaces
	Demo    string // name to sign as with a demo key; empty outside the demo

	Passkeys  []passkeySigning
	NoPasskey string // why they cannot sign this with a passkey of theirs
	Command   string // what to type on another machine
	Link      *form  // makes a link for another device; nil where there is none to be had
}

// Refuses reports whether it is a no that is signed.
func (s signing) Refuses() bool { return s.Choice == decision.Refuse }

// verdict shows a decision as a choice would be signed.
func (l *look) verdict(d *incident.Decision, choice string) *verdict {
	pd, _ := l.plan.Decision(d.Decision)
	status := l.state.Status(l.plan, d, l.Now)
	v := &verdict{
		Anchor: "decision-" + d.ID, Href: l.path("decisions/" + d.ID), Name: d.Name(l.plan), Question: pd.Question, Say: status.Say,
		State: d.State, Yours: l.yours(incident.TaskSign, d.ID), Expires: l.at(d.Expires), Content: l.content(d, choice),
	}
	v.Refusal = v.Href + "?choice=" + decision.Refuse
	if v.Name == "" {
		v.Name = d.Decision
	}
	v.Boxes = l.boxes(d, status)
	v.Bypass = l.bypass(d, status)
	if d.State != incident.Open || !l.going() {
		return v
	}
	switch {
	case l.state.Answered(l.plan, d, l.person, choice):
		v.Why = "You have signed."
	case !slices.Contains(status.Candidates, l.person):
		v.Why = "The plan does not ask you to decide on this."
	case incident.SigningOf(l.plan, l.state, d, l.person, choice).Wait != "":
		v.Why = incident.SigningOf(l.plan, l.state, d, l.person, choice).Wait
	case l.may(access.Approve):
		v.Sign = l.signing(d, choice)
	}
	return v
}

func (l *look) signing(d *incident.Decision, choice string) *signing {
	s := &signing{Form: l.form("sign-"+d.ID, "approve"), Choice: choice, Command: "tocsin sign " + l.state.ID + " " + d.ID}
	if choice == decision.Refuse {
		s.Command += " --refuse"
	}
	person, _ := l.plan.Person(l.person)
	accounts := decision.Keys(&person)
	if owners := l.state.OwnersAmong(d, accounts); incident.SigningOf(l.plan, l.state, d, l.person, choice).Safe && len(owners) > 0 {
		accounts = owners
	}
	if g := incident.SigningOf(l.plan, l.state, d, l.person, choice); !g.Safe {
		s.Passkeys = passkeysOf(&person, g.Digest)
	} else if len(decision.Passkeys(&person)) > 0 {
		s.NoPasskey = "A Safe takes no passkey's signature: sign its transaction with the owner's key."
	}
	s.Signers = accountsOf(accounts, decision.Contracts(&person))
	if l.Stage != nil {
		s.Demo = l.name(l.person)
	} else {
		link := l.form("link-"+d.ID, "decisions/"+d.ID+"/link")
		s.Link = &link
	}
	return s
}

// Overrides reports whether it is an override that is signed.
func (s signing) Overrides() bool { return s.Choice == decision.Override }

// boxes are the signatures given and missing.
func (l *look) boxes(d *incident.Decision, status decision.Status) []box {
	var boxes []box
	for _, a := range d.Approvals {
		at := l.at(a.At)
		b := box{State: "done", Line: "Yes", At: &at, Who: l.name(a.Person)}
		b.Small, b.Code = signedWith(l.plan, a.Person, a.Signer)
		if a.Choice == decision.Refuse {
			b.State, b.Line = "no", "No"
		}
		if a.Form == incident.FormSafe {
			b.Small = "signed the Safe's transaction with "
		}
		if at := a.Attested; at != nil {
			b.Small, b.Code = "attested by "+l.name(at.By)+", called back over "+at.How, ""
		}
		if why := l.state.Discounts(d, a, l.Now); why != "" {
			b.State, b.Line, b.Small, b.Code = "no", "Does not count", why, ""
		}
		if p, ok := l.plan.Person(a.Person); ok {
			b.For = p.Title
		}
		boxes = append(boxes, b)
	}
	if d.State != incident.Open {
		return boxes
	}
	for _, n := range status.Needed {
		if !n.Met {
			boxes = append(boxes, l.missing(d, status, n))
		}
	}
	return boxes
}

// missing is the box of a signature that is still to come.
func (l *look) missing(d *incident.Decision, status decision.Status, n decision.Need) box {
	b := box{State: "open", For: n.Name, Small: n.Never}
	refs := []string{n.Who}
	if n.Who == "" { // the further approvers
		pd, _ := l.plan.Decision(d.Decision)
		refs = pd.Additional.Who
	}
	who := l.plan.MembersOf(refs, d.Opened)
	var names []string
	for _, id := range who {
		if !slices.Contains(status.Wanted, id) {
			continue
		}
		b.Yours = b.Yours || id == l.person
		names = append(names, l.name(id))
	}
	b.Who = strings.Join(names, ", ")
	if x, ok := l.plan.Person(n.Who); ok {
		b.For, b.Who = x.Title, l.name(x.ID)
	}
	if b.Yours {
		b.Who, b.Small = l.name(l.person), "you"
	}
	return b
}

// content says what a decision authorises.
func (l *look) content(d *incident.Decision, choice string) content {
	m := d.Message.With(choice)
	c := content{Sentence: m.Summary, Text: d.Text}
	add := func(label, text string, code bool) {
		if text != "" {
			c.Facts = append(c.Facts, row{Label: label, Text: text, Code: code})
		}
	}
	if pr := d.Prepared; pr != nil {
		w := pr.Words
		c.Sentence, c.Changes, c.Harms, c.NotWhen = w.Sentence, w.Changes, w.Harms, w.NotWhen
		if l.tried != nil && d.State == incident.Open {
			for i, say := range l.tried(l.plan, *pr) {
				add([]string{"If it were sent now", "It would change"}[min(i, 1)], say, false)
			}
		}
		add("Target", w.Target, false)
		add("Function", w.Function, true)
		for _, a := range pr.Args {
			add("Argument", strings.TrimSpace(a.Type+" "+a.Name)+" = "+a.Value, true)
		}
		add("Value", w.Value, false)
		add("Calldata", groups(pr.Data.String()), true)
		add("Chain", w.Chain, false)
		add("Sent from", w.Sender, true)
		add("Proved by", w.Effect, false)
		add("Undone by", w.Undo, false)
	}
	add("Your answer", map[string]string{decision.Approve: "yes (approve)", decision.Refuse: "no (refuse)", decision.Override: "override: it is decided without the approvers"}[choice], false)
	add("Incident", m.Incident, false)
	add("Valid until", d.Expires.UTC().Format("2006-01-02 15:04:05")+" UTC", false)
	add("Plan", groups(m.Plan.Hex()), true)
	g := incident.SigningOf(l.plan, l.state, d, l.person, choice)
	l.safeFacts(d, g, add)
	add("Digest", groups(g.Digest.Hex()), true)
	c.Typed, c.Hashes = typedData(g.Typed)
	return c
}

// typedData is what a wallet signs, as JSON, and the two hashes that a device shows of it.
func typedData(t evm.TypedData) (string, []named) {
	b, err := json.Marshal(t)
	if err != nil {
		return "", nil
	}
	var td evm.TypedData
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode(&td); err != nil {
		return string(b), nil
	}
	domain, message, err := td.Parts()
	if err != nil {
		return string(b), nil
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, b, "", "  "); err != nil {
		return string(b), nil
	}
	return pretty.String(), []named{{"Domain hash", domain.Hex()}, {"Message hash", message.Hex()}}
}
