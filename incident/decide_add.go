package incident

import (
	"fmt"
	"strings"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
)

// The bounds of what is added on the spot.
const (
	maxAdded    = 100 // steps
	maxEvidence = 1000
	maxLink     = 2000 // bytes of a link or of a name
)

func (d *decider) addStep(op OpAddStep) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	name, err := words(op.Name, "name of the step", true)
	if err != nil {
		return err
	}
	how, err := words(op.How, "description", false)
	if err != nil {
		return err
	}
	switch {
	case len(name) > maxTitle:
		return fault.New(fault.Invalid, "The name is longer than %d characters.", maxTitle).Instead("Say it in a few words, and the rest in how it is done.")
	case len(d.s.Added) >= maxAdded:
		return fault.New(fault.Conflict, "%d steps have been added already.", maxAdded)
	case d.s.Phase.AtLeast(Resolved):
		return fault.New(fault.Conflict, "The incident is %s.", d.s.Phase).Instead("Reopen it first, or write it into the follow-ups of the post-mortem.")
	}
	if _, ok := d.p.Role(op.Owner); !ok && op.Owner != "" {
		return fault.New(fault.Invalid, "The plan names no role %q.", op.Owner)
	}
	if op.After != "" {
		if _, err := d.stepOf(op.After); err != nil {
			return err
		}
	}
	id := ""
	for n := len(d.s.Added) + 1; id == ""; n++ {
		id = fmt.Sprintf("added-%d", n)
		if _, err := d.stepOf(id); err == nil { // the plan may have one of that name
			id = ""
		}
	}
	d.emit(EventStepAdded{ID: id, Name: name, How: journal.Personal(how), Owner: op.Owner, After: op.After, By: who})
	return nil
}

func (d *decider) attach(op OpAttach) error {
	who, err := d.person() // also after it is over: evidence is found late
	if err != nil {
		return err
	}
	if op.Step != "" {
		if _, err := d.stepOf(op.Step); err != nil {
			return err
		}
	}
	what, err := words(op.What, "evidence", true)
	if err != nil {
		return err
	}
	if op.File != nil {
		op.Form = EvidenceFile
	}
	note, err := words(op.Note, "note", false)
	if err != nil {
		return err
	}
	form := op.Form
	if form == "" {
		form = formOf(what)
	}
	switch form {
	case EvidenceText:
	case EvidenceLink:
		if err := checkLink(what); err != nil {
			return err
		}
	case EvidenceTransaction:
		var h evm.Hash
		if h.UnmarshalText([]byte(what)) != nil || len(what) != 66 {
			return fault.New(fault.Invalid, "%q is not the hash of a transaction.", clip(what)).Instead("Give 0x and 64 hexadecimal digits.")
		}
		what = h.String()
	case EvidenceFile:
		if op.File == nil {
			return fault.New(fault.Invalid, "There is no file.").Instead("Choose one.")
		}
		var f journal.File
		if what, f, err = d.checkFile(what, *op.File); err != nil {
			return err
		}
		op.File = &f
	default:
		return fault.New(fault.Invalid, "%q is not a form of evidence.", form).Instead("Say %s, %s or %s.", EvidenceText, EvidenceLink, EvidenceTransaction)
	}
	if len(d.s.Evidence) >= maxEvidence {
		return fault.New(fault.Conflict, "%d pieces of evidence are in the record already.", maxEvidence).Instead("Put further ones into a document, and link to it.")
	}
	chain := op.Chain
	if form != EvidenceTransaction {
		chain = 0
	}
	id := fmt.Sprintf("evidence-%d", len(d.s.Evidence)+1)
	if op.File != nil {
		op.File.ID = id // it is a copy of our own
	}
	d.emit(EventEvidence{
		ID: id, Step: op.Step, Form: form, What: journal.Personal(what), File: op.File, Chain: chain, Note: journal.Personal(note), By: who,
	})
	return nil
}

// formOf is what a piece of evidence looks like.
func formOf(what string) string {
	var h evm.Hash
	switch {
	case len(what) == 66 && h.UnmarshalText([]byte(what)) == nil:
		return EvidenceTransaction
	case checkLink(what) == nil:
		return EvidenceLink
	}
	return EvidenceText
}

// checkLink says why a text is not a link that can be followed, or nothing.
func checkLink(s string) error {
	scheme, rest, ok := strings.Cut(s, ":")
	switch scheme {
	case "https", "http":
		rest, ok = strings.CutPrefix(rest, "//")
	case "tel":
	default:
		ok = false
	}
	if !ok || rest == "" || len(s) > maxLink || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '"' || r == '<' || r == '>' || r == 0x7f }) {
		return fault.New(fault.Invalid, "%q is not a link.", clip(s)).Instead("Give an address that begins with https:// or tel:.")
	}
	return nil
}

// clip shortens what somebody wrote for quoting it.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}
