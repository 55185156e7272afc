// Package comms owns the words of an incident: first drafts of updates for each audience, the check whether a text is in
// plain language, and the drafts of post-mortems. People change every draft before it is posted; what a draft says, the
// incident's record holds.
package comms

import (
	"strings"
	"time"

	"tocsin/action"
	"tocsin/incident"
	"tocsin/plan"
)

// Fields are what the template of a communication may use, each as {{.Name}} and so on. All but Exercise are texts, in
// words that suit the audience: for users and the public without numbers that may turn out wrong, names or jargon.
type Fields struct {
	Name      string // what people call the protocol
	Time      string // now: "15:02 UTC on 6 December 2026"
	What      string // what happened
	Impact    string // what it means for the audience
	Doing     string // what is being done
	Advice    string // what the audience should do
	Next      string // when the next message comes, to follow "by": "16:02 UTC", "the time we know more"
	Number    string // of this message: "1", "2"
	Since     string // since when
	Phase     string // how far it has come: "being looked into", "being stopped", "stopped", "over"
	Severity  string // name of the severity
	Title     string // title of the incident
	Situation string // how things stand, for the team
	Done      string // steps that are done, for the team
	Lead      string // who leads, for the team
	Exercise  bool   // it is a drill
}

// fieldsOf fills the fields for a communication's audience.
func fieldsOf(p *plan.Plan, s *incident.State, c plan.Communication, now time.Time) Fields {
	f := Fields{
		Name: p.Name, Time: moment(now), Next: next(p, s, c, now), Number: number(s, c), Since: moment(s.Opened), Phase: phase(s.Phase),
		Severity: s.Severity, Title: line(s.Title), Situation: line(incident.Situation(p, s)), Done: done(p, s), Lead: lead(p, s),
		Exercise: s.Exercise != nil,
	}
	if sev, ok := p.Severity(s.Severity); ok {
		f.Severity = sev.Name
	}
	if f.Name == "" {
		f.Name = p.Protocol
	}
	if inner(c.Audience) {
		f.What, f.Doing = f.Title+". "+f.Situation, underWay(p, s)
		f.Impact, f.Advice = "Severity: "+f.Severity+".", innerAdvice(s, c.Audience)
		return f
	}
	f.What, f.Impact = outerWhat(s, f.Name), outerImpact(p, s)
	f.Doing, f.Advice = outerDoing(s.Phase), outerAdvice(s.Phase, f.Name, c.Audience)
	return f
}

// inner reports whether an audience may hear what the team knows.
func inner(audience string) bool { return audience == "internal" || audience == "responders" }

func outerWhat(s *incident.State, name string) string {
	switch s.Phase {
	case incident.Detected:
		return "We have noticed something unusual with " + name + " and are looking into it."
	case incident.Validated:
		return "There is a problem with " + name + ", and our team is working on it."
	case incident.Contained:
		return "There was a problem with " + name + ". As far as we can see, it has stopped."
	case incident.Dismissed:
		return "We looked into something unusual with " + name + " and found that nothing is wrong."
	case incident.Merged:
		return "What we noticed with " + name + " is part of something else that we are already working on."
	default:
		return "The problem with " + name + " is over."
	}
}

// outerImpact says what is certain: what our own actions have verifiably changed.
func outerImpact(p *plan.Plan, s *incident.State) string {
	var say []string
	for _, a := range inEffect(p, s) {
		if a.Words.Changes != "" {
			say = append(say, incident.Sentence(line(a.Words.Changes)))
		}
	}
	switch {
	case s.Phase == incident.Dismissed:
		return "Nothing changes for you."
	case over(s.Phase): // what was changed may have been undone by hand since
		return "Service is restored."
	case len(say) > 0:
		return strings.Join(say, " ")
	}
	return "We do not know yet what it means for you. We will say so here as soon as we are sure."
}

// inEffect lists the incident's actions that a reading has proven and that no later one has undone.
func inEffect(p *plan.Plan, s *incident.State) []*action.Prepared {
	var list []*action.Prepared
	for i := range s.Actions {
		a := &s.Actions[i]
		if a.Prepared == nil || a.State != incident.Verified && a.State != incident.Unneeded {
			continue
		}
		kept := list[:0]
		for _, b := range list {
			if before, _ := p.Action(b.Action); before.Undo != a.Action && b.Action != a.Action {
				kept = append(kept, b)
			}
		}
		list = append(kept, a.Prepared)
	}
	return list
}

func outerDoing(ph incident.Phase) string {
	switch ph {
	case incident.Detected:
		return "We are checking whether it is real."
	case incident.Validated:
		return "First we stop it, then we find and repair the cause."
	case incident.Contained:
		return "We are repairing the cause before we restore service."
	case incident.Dismissed:
		return "We have stopped looking into it."
	case incident.Merged:
		return "We go on with both together."
	default:
		return "We are writing down what happened and what we learned, and will publish it."
	}
}

func innerAdvice(s *incident.State, audience string) string {
	const silence = "Say nothing outside the team; what is said outside is said in the updates."
	if room := s.Room(); room != "" && audience == "responders" {
		return "Come to " + room + " and say that you are there. " + silence
	}
	return silence
}

// over reports whether what was wrong has been put right: not where it goes on in another incident.
func over(ph incident.Phase) bool { return ph.AtLeast(incident.Resolved) && ph != incident.Merged }

// outerAdvice tells each audience what it should do, which differs by what it could do.
func outerAdvice(ph incident.Phase, name, audience string) string {
	over := ph == incident.Dismissed || over(ph)
	switch audience {
	case "investors":
		if over {
			return "You need not do anything. Ask us what you want to know."
		}
		return "You need not do anything now. Please do not speak of it in public before we do, and ask whoever wrote you this rather than the people who work on it."
	case "regulators":
		if over {
			return "You need not do anything. We will send you our report."
		}
		return "You need not do anything now. Please name us one person to write to; we will tell them what we know when we know it."
	case "partners":
		if over {
			return "You can use " + name + " again. Tell us if anything of yours looks wrong."
		}
		return "Stop using " + name + " in anything of yours until you hear from us here. Tell us if you see something odd."
	}
	const guard = "We never ask for your keys or your recovery phrase. Do not follow links that somebody sends you about this."
	if over {
		return guard
	}
	return "Wait for word from us here before you use " + name + " again. " + guard
}

func phase(ph incident.Phase) string {
	switch ph {
	case incident.Detected:
		return "being looked into"
	case incident.Validated:
		return "being stopped"
	case incident.Contained:
		return "stopped, being repaired"
	case incident.Dismissed:
		return "nothing is wrong"
	case incident.Merged:
		return "part of another incident"
	default:
		return "over"
	}
}

func underWay(p *plan.Plan, s *incident.State) string {
	var say []string
	for _, v := range incident.StepsOf(p, s) {
		switch {
		case v.State == incident.UnderWay && v.By != "":
			say = append(say, v.Name+" ("+v.By+")")
		case v.State == incident.UnderWay:
			say = append(say, v.Name)
		case v.State == incident.StepNow:
			say = append(say, v.Name+" (next)")
		}
	}
	switch {
	case len(say) > 0:
		return strings.Join(say, "; ") + "."
	case s.Phase == incident.Detected:
		return "Somebody is to say whether it is real."
	case s.Phase == incident.Dismissed:
		return "Nothing more."
	case s.Into != nil:
		return "It goes on in incident " + s.Into.Incident + "."
	case s.Phase.AtLeast(incident.Resolved):
		return "Post-mortems are being written."
	}
	return "No step of a procedure is under way."
}

func done(p *plan.Plan, s *incident.State) string {
	var say []string
	for _, v := range incident.StepsOf(p, s) {
		if v.State == incident.Done {
			say = append(say, v.Name+" ("+clock(v.Ended)+")")
		}
	}
	if len(say) == 0 {
		return ""
	}
	return strings.Join(say, "; ") + "."
}

func lead(p *plan.Plan, s *incident.State) string {
	for _, role := range []string{incident.RoleIncidentManager, incident.RoleFirstResponder} {
		if who := s.Holder(role); who != "" {
			return incident.NameOf(p, who)
		}
	}
	return ""
}

// number is the number of the message that is owed now.
func number(s *incident.State, c plan.Communication) string {
	n := 1
	for _, u := range s.Updates {
		if u.Communication == c.ID {
			n = max(n, u.Number)
		}
	}
	return decimal(n)
}

// next says when the next message comes. It promises only what the plan already owes.
func next(p *plan.Plan, s *incident.State, c plan.Communication, now time.Time) string {
	every := time.Duration(c.Timing.Every)
	if sev, ok := p.Severity(s.Severity); ok && inner(c.Audience) && sev.UpdateEvery > 0 && every > 0 {
		every = min(every, time.Duration(sev.UpdateEvery))
	}
	if every <= 0 || s.Phase == incident.Dismissed || s.Phase.AtLeast(incident.Resolved) {
		return "the time we know more"
	}
	at := now.Add(every)
	if at.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		return at.UTC().Format("15:04 UTC")
	}
	return moment(at)
}
