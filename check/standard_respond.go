package check

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tocsin/plan"
)

// scoreProcedures: ir-3.1.1.
func scoreProcedures(s *sheet) {
	for _, kind := range []struct {
		name  string
		kinds []string
	}{
		{"an exploit of the protocol", []string{"theft", "bug"}},
		{"failing infrastructure", []string{"subsystem", "overload", "denial-of-service"}},
		{"stolen access or keys", []string{"admin-access"}},
		{"a hijacked front end", []string{"front-end"}},
	} {
		s.answered(kind.name, func(i plan.Issue) bool {
			return slices.ContainsFunc(kind.kinds, func(k string) bool { return slices.Contains(i.Kinds, k) })
		})
	}
	s.answered("a poisoned supply chain", func(i plan.Issue) bool { return wordsSupply.MatchString(symptomsOf(i)) })
	for _, r := range s.plan.Procedures {
		s.whole(r)
	}
	s.criteria()
	if i, ok := s.issueWith("admin-access"); ok {
		r, _ := s.plan.Procedure(i.Procedure)
		if step, ok := stepWith(r, func(x plan.Step) bool { return wordsRotate.MatchString(strings.ToLower(x.Name + ". " + x.How)) }); ok {
			s.shows("procedures["+r.ID+"].steps["+step.ID+"]", "Keys are replaced by the step %q", step.Name)
		} else {
			s.lacks("Add a step that replaces keys and signers, and looks at threshold and access again, to the procedure for stolen access.")
		}
	}
}

// answered wants an issue of some kind with a procedure.
func (s *sheet) answered(what string, about func(plan.Issue) bool) {
	for _, i := range s.plan.Issues {
		if r, ok := s.plan.Procedure(i.Procedure); ok && about(i) {
			s.shows("issues["+i.ID+"].procedure", "For %s: %s, answered by %s", what, strconv.Quote(i.Name), strconv.Quote(r.Name))
			return
		}
	}
	s.lacks("Write down an issue and a procedure for %s.", what)
}

// whole wants a procedure to stop the harm, keep the evidence and tell people, and each step to have an owner.
func (s *sheet) whole(r plan.Procedure) {
	path := "procedures[" + r.ID + "]"
	_, halts := stepWith(r, func(x plan.Step) bool { return x.Purpose == "halt" })
	_, keeps := stepWith(r, func(x plan.Step) bool {
		return wordsEvidence.MatchString(strings.ToLower(x.Name + ". " + x.How + ". " + x.Expect))
	})
	_, tells := stepWith(r, func(x plan.Step) bool { return x.Purpose == "tell" })
	tells = tells || s.messageFor(r.ID)
	owners := map[string]bool{}
	unowned := []string{}
	for _, x := range r.Steps {
		if x.Owner == "" {
			unowned = append(unowned, strconv.Quote(x.Name))
		}
		owners[x.Owner] = true
	}
	var wants []string
	for _, want := range []struct {
		has  bool
		what string
	}{{halts, "a step to halt the harm"}, {keeps, "a step that keeps evidence"}, {tells, "somebody who is told: a step to tell, or a message for its issues"}} {
		if !want.has {
			wants = append(wants, want.what)
		}
	}
	if len(wants) > 0 {
		s.lacks("Add to the procedure %q: %s.", r.Name, listed(wants))
	}
	if len(unowned) > 0 {
		s.lacks("Name the role that does %s of the procedure %q.", listed(unowned), r.Name)
	}
	if len(wants)+len(unowned) == 0 {
		s.shows(path, "%s halts, keeps evidence and tells; its steps are owned by %s", strconv.Quote(r.Name), listed(s.names(sorted(owners))))
	}
}

// messageFor reports whether a message is owed for the issues that a procedure answers.
func (s *sheet) messageFor(procedure string) bool {
	for _, i := range s.plan.Issues {
		if i.Procedure != procedure {
			continue
		}
		if slices.ContainsFunc(s.plan.Communications, func(m plan.Communication) bool {
			has := func(list []string, id string) bool { return len(list) == 0 || slices.Contains(list, id) }
			return has(m.Issues, i.ID) && has(m.Categories, i.Category) && has(m.Severities, i.Severity)
		}) {
			return true
		}
	}
	return false
}

// criteria wants it said when an issue is real, so that leadership, the public and outside help are called in time.
func (s *sheet) criteria() {
	var open []string
	for _, i := range s.plan.Issues {
		if len(i.Activation) == 0 {
			open = append(open, strconv.Quote(i.Name))
		}
	}
	switch {
	case len(s.plan.Issues) == 0:
	case len(open) > 0:
		s.lacks("Say when it is real (activation) at %s.", listed(open))
	default:
		s.shows("issues", "Each issue says by what it is known to be real")
	}
	if len(s.plan.Escalation.Rules) == 0 {
		s.lacks("Say when whom to call: rules of the escalation.")
	}
}

func stepWith(r plan.Procedure, about func(plan.Step) bool) (plan.Step, bool) {
	for _, x := range r.Steps {
		if about(x) {
			return x, true
		}
	}
	return plan.Step{}, false
}

func sorted(set map[string]bool) []string {
	var list []string
	for k := range set {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// scoreSigners: ir-3.1.2.
func scoreSigners(s *sheet) {
	signers := map[string]bool{}
	for i := range s.plan.Decisions {
		d := &s.plan.Decisions[i]
		if !slices.ContainsFunc(d.Actions, s.sends) {
			continue
		}
		for _, id := range rulesFor(s.plan, d).everyone() {
			signers[id] = true
		}
		s.decides("the actions of "+strconv.Quote(d.Name), func(x *plan.Decision) bool { return x.ID == d.ID })
	}
	if len(signers) == 0 {
		s.lacks("Add a decision that authorises an action on chain, and name those who sign it.")
		return
	}
	var keyless, silent, unzoned []string
	zones := map[string]bool{}
	for _, id := range sorted(signers) {
		r, _ := s.plan.Person(id)
		if len(r.Keys) == 0 {
			keyless = append(keyless, r.Name)
		}
		if !s.findable(r) || !s.rings(r) {
			silent = append(silent, r.Name)
		}
		if r.TimeZone == "" {
			unzoned = append(unzoned, r.Name)
		}
		zones[r.TimeZone] = true
	}
	for _, want := range []struct {
		who []string
		say string
	}{{keyless, "Write down the key that %s signs with."}, {silent, "Write down a telephone or a messenger that rings for %s."}, {unzoned, "Write down the time zone of %s."}} {
		if len(want.who) > 0 {
			s.lacks(want.say, listed(want.who))
		}
	}
	if len(keyless)+len(silent)+len(unzoned) == 0 {
		s.shows("decisions", "%s can be rung and sign, in %d time zones", listed(s.names(sorted(signers))), len(zones))
	}
	switch ago, ok := s.since(s.plan.Tested); {
	case ok && ago <= 92:
		s.shows("tested", "The plan was exercised on %s", s.plan.Tested.Format("2006-01-02"))
	default:
		s.lacks("Test every three months that enough signers come, and write the day as tested.")
	}
}

// sends reports whether an action sends a transaction.
func (s *sheet) sends(action string) bool {
	a, ok := s.plan.Action(action)
	return ok && slices.Contains([]string{"call", "safe", "signed-transaction"}, a.Kind)
}

// rings reports whether some way to reach a person rings rather than waits to be read.
func (s *sheet) rings(r plan.Person) bool {
	return s.plan.Contacts.File != "" && len(r.Sealed) == 0 || slices.ContainsFunc(r.Ladder(), func(k plan.Contact) bool {
		return stated(k) && slices.Contains([]string{"phone", "sms", "telegram", "signal", "slack", "discord"}, k.Kind)
	})
}

// scoreTransactions: ir-3.1.3.
func scoreTransactions(s *sheet) {
	var bare, unsaid []string
	ready, fallback := false, false
	for _, r := range s.plan.Procedures {
		for _, x := range r.Steps {
			a, ok := s.plan.Action(x.Action)
			if !ok || !s.sends(a.ID) {
				continue
			}
			authorised := slices.ContainsFunc(s.plan.Decisions, func(d plan.Decision) bool {
				return slices.Contains(d.Actions, a.ID) && s.metWithout(&d, "")
			})
			path := "procedures[" + r.ID + "].steps[" + x.ID + "]"
			if authorised && a.Effect != nil {
				if !ready {
					s.shows("actions["+a.ID+"]", "%s is prepared: who approves it, what it calls, and what proves that it worked", strconv.Quote(a.Name))
				}
				ready = true
			} else {
				bare = append(bare, strconv.Quote(a.Name))
			}
			if x.How == "" || a.Changes == "" {
				unsaid = append(unsaid, strconv.Quote(x.Name))
			}
			if i := slices.IndexFunc(x.Tools, func(t plan.Tool) bool { return t.Fallback != "" }); i >= 0 && !fallback {
				fallback = true
				s.shows(path+".tools", "If %s fails: %s", x.Tools[i].Name, clipped(x.Tools[i].Fallback))
			}
		}
	}
	if !ready && len(bare) == 0 {
		s.lacks("Declare the transactions of an emergency as actions, and let the steps that halt the harm do them.")
	}
	if len(bare) > 0 {
		s.lacks("Say who approves it and what proves that it worked (a decision and an effect) for %s.", listed(bare))
	}
	if len(unsaid) > 0 {
		s.lacks("Say how it is done and what it changes (how at the step, changes at the action) for %s.", listed(unsaid))
	} else if ready {
		s.shows("actions", "Each of those steps says how it is done, and each action what it changes")
	}
	if !fallback {
		s.lacks("Name another way to sign and to send: a tool with a fallback, at a step that does an action.")
	}
	s.otherTool("to reach the chain, if the endpoint fails", wordsEndpoint)
	s.otherTool("to look at the chain, if the explorer fails", wordsExplorer)
}

// otherTool wants a tool of some kind to have a fallback, whichever step it stands at.
func (s *sheet) otherTool(what string, words *regexp.Regexp) {
	for _, r := range s.plan.Procedures {
		for _, x := range r.Steps {
			for _, t := range x.Tools {
				if t.Fallback != "" && words.MatchString(strings.ToLower(t.Name+". "+t.Use)) {
					s.shows("procedures["+r.ID+"].steps["+x.ID+"].tools", "Another way %s: %s", what, clipped(t.Fallback))
					return
				}
			}
		}
	}
	s.lacks("Name another way %s: a tool with a fallback, at the steps that need it.", what)
}
