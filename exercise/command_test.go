package exercise_test

import (
	"strings"
	"time"

	"tocsin/exercise"
	"tocsin/plan"
)

// reports are the words of a story that ask for a report.
var reports = map[string]func(*story) string{}

type said struct {
	options map[string]string
	words   []string
}

func parse(rest string) said {
	w := said{options: map[string]string{}}
	fields := strings.Fields(rest)
	for len(fields) > 0 {
		name, value, ok := strings.Cut(fields[0], "=")
		if !ok {
			break
		}
		w.options[name] = strings.ReplaceAll(value, "_", " ")
		fields = fields[1:]
	}
	w.words = fields
	return w
}

func (w *said) list(name string) []string {
	if v := w.options[name]; v != "" {
		return strings.Split(v, ",")
	}
	return nil
}

func (w *said) number(name string) int {
	n := 0
	for _, c := range w.options[name] {
		n = 10*n + int(c-'0')
	}
	return n
}

func (w *said) span(name string) time.Duration {
	d, _ := plan.ParseDuration(w.options[name])
	return time.Duration(d)
}

func (w *said) word() string {
	if len(w.words) == 0 {
		return ""
	}
	first := w.words[0]
	w.words = w.words[1:]
	return first
}

func (w *said) text() string { return strings.Join(w.words, " ") }

// op reads the command of a line; nil for a word that is none.
func (s *story) op(verb string, w *said) exercise.Op {
	switch verb {
	case "plan":
		op := exercise.OpPlan{
			ID: "s1", Protocol: s.plan.Protocol, Plan: s.plan.Hash(), Title: w.options["title"], Length: plan.Duration(w.span("length")),
			Moderator: w.options["moderator"], Watch: w.list("watch"), Surprise: w.options["surprise"] != "", Unattended: w.options["unattended"] != "",
		}
		if w.options["in"] != "" {
			op.Scheduled = s.now.Add(w.span("in"))
		}
		if w.options["ago"] != "" {
			op.Scheduled = s.now.Add(-w.span("ago"))
		}
		return op
	case "invite":
		return exercise.OpInvite{People: w.words}
	case "reply":
		return exercise.OpReply{Person: w.options["for"], Answer: w.word(), Why: w.text()}
	case "postpone":
		return exercise.OpPostpone{To: s.now.Add(w.span("in")), Why: w.text()}
	case "cancel":
		return exercise.OpCancel{Why: w.text()}
	case "assign":
		return exercise.OpAssign{Moderator: w.options["moderator"], Watch: w.list("watch")}
	case "choose":
		x, ok := s.plan.Scenario(w.word())
		if !ok {
			x = plan.Scenario{ID: "odd"}
		}
		return exercise.OpChoose{Scenario: x, World: x.Live, Library: w.options["library"]}
	case "begin":
		return exercise.OpBegin{Speed: uint32(w.number("speed")), Real: w.options["real"]}
	case "describe":
		return exercise.OpDescribe{}
	case "here":
		return exercise.OpHere{Person: w.options["for"]}
	case "end":
		return exercise.OpEnd{Came: w.words}
	}
	return s.opRun(verb, w)
}

func (s *story) opRun(verb string, w *said) exercise.Op {
	switch verb {
	case "join":
		return exercise.OpJoin{Incident: w.word()}
	case "inject":
		return exercise.OpInject{ID: w.word()}
	case "release":
		return exercise.OpRelease{ID: w.options["id"], Question: w.options["question"], Asked: w.number("asked"), Text: w.text()}
	case "ask":
		return exercise.OpAsk{Text: w.text()}
	case "answered":
		return exercise.OpAnswered{Number: w.number("question")}
	case "break":
		return exercise.OpBreak{Length: w.span("for")}
	case "back":
		return exercise.OpBreakEnd{}
	case "said", "done", "wrong", "unplanned", "praised":
		return exercise.OpMark{Kind: exercise.MarkKind(verb), Step: w.options["step"], Person: w.options["who"], Text: w.text()}
	case "strike":
		return exercise.OpStrike{Mark: w.number("mark"), Lesson: w.number("lesson")}
	case "clock":
		op := exercise.OpClock{On: w.span("on"), Speed: uint32(w.number("speed"))}
		for _, word := range w.words {
			op.Pause, op.Resume = op.Pause || word == "pause", op.Resume || word == "resume"
		}
		return op
	case "complete":
		return exercise.OpComplete{Conclusion: w.text()}
	case "abort":
		return exercise.OpAbort{Why: w.text()}
	case "freeze":
		return exercise.OpFreeze{Incident: w.word()}
	case "stop":
		return exercise.OpStop{Why: w.text()}
	case "thaw":
		return exercise.OpThaw{Why: w.text()}
	case "tick":
		return exercise.OpTick{Done: w.words}
	}
	return s.opAfter(verb, w)
}

func (s *story) opAfter(verb string, w *said) exercise.Op {
	switch verb {
	case "lesson":
		return exercise.OpLesson{Kind: exercise.LessonKind(w.options["kind"]), Step: w.options["step"], Person: w.options["who"], Text: w.text()}
	case "follow-up":
		op := exercise.OpFollowUp{Owner: w.options["owner"], Lesson: w.number("lesson"), Text: w.text()}
		if w.options["in"] != "" {
			op.By = s.now.Add(w.span("in"))
		}
		return op
	case "did":
		return exercise.OpFollowUpEnd{Number: w.number("follow-up"), Why: w.text()}
	case "decline":
		return exercise.OpFollowUpEnd{Number: w.number("follow-up"), Declined: true, Why: w.text()}
	case "link":
		return exercise.OpLink{Kind: w.word(), URL: w.word()}
	case "redact":
		return exercise.OpRedact{Texts: w.number("texts"), Rule: w.options["rule"], Why: w.text()}
	case "seen":
		return exercise.OpSeen{}
	case "publish":
		return exercise.OpPublish{}
	}
	return nil
}
