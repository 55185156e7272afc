package incident_test

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
)

// resolve reads the resolving of an incident: absent=all or absent=1,2 names what does not happen; despite=yes makes the words
// the reason why it is resolved all the same.
func (s *story) resolve(w *said) incident.Op {
	var op incident.OpResolve
	criteria := incident.Reopening(s.plan, s.state)
	for _, n := range w.list("absent") {
		if n == "all" {
			op.Absent = criteria
		} else if i, err := strconv.Atoi(n); err == nil && i > 0 && i <= len(criteria) {
			op.Absent = append(op.Absent, criteria[i-1])
		} else {
			op.Absent = append(op.Absent, n)
		}
	}
	if op.Note = w.text(); w.take("despite", "") != "" {
		op.Note, op.Despite = "", op.Note
	}
	return op
}

func (s *story) close(w *said) incident.Op {
	if w.take("despite", "") != "" {
		return incident.OpClose{Despite: w.text()}
	}
	return incident.OpClose{Note: w.text()}
}

// change reads a command that changes who does what, or what stands in the record; nil if it is none.
func (s *story) change(verb string, w *said) incident.Op {
	switch verb {
	case "hand-over":
		return incident.OpHandOver{Role: w.word(), To: w.word(), Note: w.text()}
	case "accept":
		return incident.OpAccept{Role: w.word()}
	case "decline":
		return incident.OpDecline{Role: w.word(), Why: w.text()}
	case "distrust":
		return incident.OpDistrust{Kind: w.word(), Ref: w.word(), Why: w.text()}
	case "trust":
		return incident.OpTrust{Kind: w.word(), Ref: w.word(), Why: w.text()}
	case "restrict":
		return incident.OpRestrict{Hide: strings.Split(w.word(), ","), Why: w.text()}
	case "reveal":
		return incident.OpReveal{Person: w.word(), Why: w.text()}
	case "leave":
		return incident.OpLeave{Note: w.text()}
	case "correct":
		moment := w.word()
		at, err := time.Parse(time.RFC3339, w.word())
		if err != nil {
			s.t.Fatal(err)
		}
		return incident.OpCorrect{Moment: moment, At: at, Why: w.text()}
	}
	return nil
}

// trust confirms what somebody else asked for about whom to trust.
func (w *world) trust(person, what string) incident.Op {
	i := slices.IndexFunc(w.state.Seconds, func(x incident.Second) bool { return x.What == what && x.By != person })
	to := w.state.Seconds[i].To
	kind, ref, _ := strings.Cut(to, " ")
	switch what {
	case "distrust":
		return incident.OpDistrust{Kind: kind, Ref: ref}
	case "trust":
		return incident.OpTrust{Kind: kind, Ref: ref, Why: "It is well again"}
	case "restrict":
		return incident.OpRestrict{Hide: strings.Split(to, ",")}
	}
	return incident.OpReveal{Person: to, Why: "They are well"}
}
