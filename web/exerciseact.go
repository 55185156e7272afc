package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

// exerciseVerb makes a command of what a form of an exercise asks for. Who may do it is decided by the core.
type exerciseVerb func(url.Values) (exercise.Op, error)

// exerciseVerbs are what forms can ask for besides choosing a scenario, ending, and opening an incident, which need more than the form.
var exerciseVerbs = map[string]exerciseVerb{
	"reply": func(v url.Values) (exercise.Op, error) {
		return exercise.OpReply{Person: v.Get("person"), Answer: v.Get("answer")}, nil
	},
	"here": func(v url.Values) (exercise.Op, error) { return exercise.OpHere{Person: v.Get("person")}, nil },
	"stop": func(v url.Values) (exercise.Op, error) { return exercise.OpStop{Why: lines(v.Get("why"))}, nil },
	"thaw": func(v url.Values) (exercise.Op, error) { return exercise.OpThaw{Why: lines(v.Get("why"))}, nil },
	"invite": func(v url.Values) (exercise.Op, error) {
		return exercise.OpInvite{People: slices.DeleteFunc(slices.Clone(v["people"]), func(id string) bool { return id == "" })}, nil
	},
	"postpone": postponeOp,
	"cancel":   func(v url.Values) (exercise.Op, error) { return exercise.OpCancel{Why: lines(v.Get("why"))}, nil },
	"begin":    func(url.Values) (exercise.Op, error) { return exercise.OpBegin{}, nil },
	"describe": func(url.Values) (exercise.Op, error) { return exercise.OpDescribe{}, nil },
	"inject":   func(v url.Values) (exercise.Op, error) { return exercise.OpInject{ID: v.Get("id")}, nil },
	"release": func(v url.Values) (exercise.Op, error) {
		n, err := number(v, "number")
		return exercise.OpRelease{ID: v.Get("id"), Text: lines(v.Get("text")), Question: lines(v.Get("question")), Asked: n}, err
	},
	"ask": func(v url.Values) (exercise.Op, error) { return exercise.OpAsk{Text: lines(v.Get("text"))}, nil },
	"answered": func(v url.Values) (exercise.Op, error) {
		n, err := number(v, "number")
		return exercise.OpAnswered{Number: n}, err
	},
	"break": breakOp,
	"back":  func(url.Values) (exercise.Op, error) { return exercise.OpBreakEnd{}, nil },
	"mark": func(v url.Values) (exercise.Op, error) {
		return exercise.OpMark{Kind: exercise.MarkKind(v.Get("kind")), Step: v.Get("step"), Person: v.Get("person"), Text: lines(v.Get("text"))}, nil
	},
	"strike": strikeOp,
	"clock":  clockOp,
	"complete": func(v url.Values) (exercise.Op, error) {
		return exercise.OpComplete{Conclusion: lines(v.Get("text"))}, nil
	},
	"abort": func(v url.Values) (exercise.Op, error) { return exercise.OpAbort{Why: lines(v.Get("why"))}, nil },
	"lesson": func(v url.Values) (exercise.Op, error) {
		return exercise.OpLesson{Kind: exercise.LessonKind(v.Get("kind")), Text: lines(v.Get("text")), Step: v.Get("step"), Person: v.Get("person")}, nil
	},
	"follow-up":     followUpOp,
	"follow-up-end": followUpEndOp,
	"link": func(v url.Values) (exercise.Op, error) {
		return exercise.OpLink{Kind: v.Get("kind"), URL: v.Get("url")}, nil
	},
	"seen": func(url.Values) (exercise.Op, error) { return exercise.OpSeen{}, nil },
}

// formTime is how browsers write the day and time of a field.
const formTime = "2006-01-02T15:04"

func timeOf(text string) (time.Time, error) {
	t, err := time.Parse(formTime, text)
	if err != nil {
		return t, fault.New(fault.Invalid, "%q is no day and time.", text).Instead("Write it as %s, in UTC.", formTime)
	}
	return t.UTC(), nil
}

func postponeOp(v url.Values) (exercise.Op, error) {
	to, err := timeOf(v.Get("to"))
	return exercise.OpPostpone{To: to, Why: lines(v.Get("why"))}, err
}

// number reads a number that a form carries by itself; 0 if it carries none.
func number(v url.Values, name string) (int, error) {
	if v.Get(name) == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(v.Get(name))
	if err != nil {
		return 0, fault.New(fault.Invalid, "The form did not come as it should.").Instead("Load the page again.")
	}
	return n, nil
}

func strikeOp(v url.Values) (exercise.Op, error) {
	mark, err := number(v, "mark")
	if err != nil {
		return nil, err
	}
	lesson, err := number(v, "lesson")
	return exercise.OpStrike{Mark: mark, Lesson: lesson}, err
}

func clockOp(v url.Values) (exercise.Op, error) {
	switch do := v.Get("do"); do {
	case "pause":
		return exercise.OpClock{Pause: true}, nil
	case "resume":
		return exercise.OpClock{Resume: true}, nil
	case "x1", "x10", "x60":
		n, _ := strconv.ParseUint(do[1:], 10, 32)
		return exercise.OpClock{Speed: uint32(n)}, nil
	default:
		d, err := plan.ParseDuration(do)
		if err != nil || d <= 0 {
			return nil, fault.New(fault.Invalid, "The clock is not moved on by %q.", do).Instead("Choose one of those offered.")
		}
		return exercise.OpClock{On: time.Duration(d)}, nil
	}
}

// untilOp moves the clock on until it shows a time. Pressed twice it moves once.
func untilOp(v *engine.ExerciseView, form url.Values) (exercise.Op, error) {
	until, err := time.Parse(time.RFC3339, form.Get("until"))
	if err != nil {
		return nil, fault.New(fault.Invalid, "The clock is not moved on to %q.", form.Get("until")).Instead("Choose one of those offered.")
	}
	on := until.Sub(v.Now())
	if on <= 0 {
		return nil, fault.New(fault.Conflict, "The exercise clock has shown %s already.", until.UTC().Format("15:04"))
	}
	return exercise.OpClock{On: on}, nil
}

func breakOp(v url.Values) (exercise.Op, error) {
	d, err := plan.ParseDuration(v.Get("for"))
	if err != nil {
		return nil, fault.New(fault.Invalid, "%q is not a length of time.", v.Get("for")).Instead("Choose one of those offered.")
	}
	return exercise.OpBreak{Length: time.Duration(d)}, nil
}

func followUpOp(v url.Values) (exercise.Op, error) {
	day, err := time.Parse(time.DateOnly, v.Get("by"))
	if err != nil {
		return nil, fault.New(fault.Invalid, "The follow-up has no date.").Instead("Say by when it is done.")
	}
	lesson, err := number(v, "lesson")
	return exercise.OpFollowUp{Text: lines(v.Get("text")), Owner: v.Get("owner"), By: day.Add(24*time.Hour - time.Minute), Lesson: lesson}, err
}

func followUpEndOp(v url.Values) (exercise.Op, error) {
	n, err := number(v, "number")
	return exercise.OpFollowUpEnd{Number: n, Declined: v.Get("state") == exercise.FollowUpDeclined, Why: lines(v.Get("why"))}, err
}

// exerciseAnchors are the places that show what has come of a form.
var exerciseAnchors = map[string]string{
	"inject": "script", "release": "held", "answered": "questions", "ask": "asked", "mark": "steps", "strike": "steps", "clock": "clock", "break": "clock", "lesson": "lessons", "follow-up": "lessons", "follow-up-end": "lessons",
	"link": "lessons", "invite": "people", "reply": "people", "here": "people",
}

// actInExercise carries out what a form of an exercise asked for, and goes back to the page on which it stood.
func (c *Console) actInExercise(w http.ResponseWriter, r *http.Request, s *session) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	id, name, form := r.PathValue("id"), r.PathValue("verb"), r.PostForm
	v, _, err := c.exerciseOf(r.Context(), s, id)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	to := "/exercises/" + url.PathEscape(id)
	if strings.HasPrefix(form.Get("form"), "m-") {
		to += "/moderate"
	}
	if name == "seen" {
		to += "/report"
	}
	if anchor := exerciseAnchors[name]; anchor != "" {
		to += "#" + anchor
	}
	if name == "open" {
		var opened *engine.View
		if opened, err = c.openInExercise(r.Context(), s, id, form); err == nil {
			to = "/incidents/" + url.PathEscape(opened.State.ID)
		}
	} else {
		err = c.doInExercise(r.Context(), s, v, name, form)
	}
	switch {
	case err == nil:
		http.Redirect(w, r, to, http.StatusSeeOther)
	case fault.CodeOf(err) == fault.Internal:
		c.fail(w, r, err)
	default:
		fs := &forms{failed: form.Get("form"), fault: fault.Sentence(err), kept: form}
		if strings.HasPrefix(form.Get("form"), "m-") && v.State.Moderates(s.person.ID) {
			c.showModerate(w, r, s, statusOf(err), fs)
			return
		}
		c.showExercise(w, r, s, statusOf(err), fs)
	}
}

func (c *Console) doInExercise(ctx context.Context, s *session, v *engine.ExerciseView, name string, form url.Values) (err error) {
	var op exercise.Op
	switch make := exerciseVerbs[name]; {
	case name == "clock" && form.Get("until") != "":
		op, err = untilOp(v, form)
	case make != nil:
		op, err = make(form)
	case name == "choose":
		op, err = c.chosen(v, s.person.ID, form.Get("scenario"), form.Get("world"))
	case name == "end":
		op, err = c.endOf(ctx, v)
	default:
		err = fault.New(fault.NotFound, "There is no such page.")
	}
	if err != nil {
		return err
	}
	_, err = c.Engine.Exercise(ctx, v.State.ID, exercise.Command{ID: commandID(form), Actor: s.actor(), Op: op})
	return err
}

// endOf ends an exercise with those who took part as the record of its incidents shows.
func (c *Console) endOf(ctx context.Context, v *engine.ExerciseView) (exercise.Op, error) {
	states, err := statesOf(ctx, v)
	if err != nil {
		return nil, err
	}
	return exercise.OpEnd{Came: v.State.TookPart(v.Plan, states)}, nil
}

// statesOf are the incidents of an exercise as they stand.
func statesOf(ctx context.Context, v *engine.ExerciseView) ([]*incident.State, error) {
	list, err := v.Incidents(ctx, 0)
	if err != nil {
		return nil, err
	}
	states := make([]*incident.State, 0, len(list))
	for _, x := range list {
		states = append(states, x.State)
	}
	return states, nil
}

// openInExercise opens an incident of the exercise by hand, as somebody does in earnest who sees that something is wrong.
func (c *Console) openInExercise(ctx context.Context, s *session, id string, form url.Values) (*engine.View, error) {
	if err := s.may(access.Report); err != nil {
		return nil, err
	}
	op := incident.OpOpen{
		Protocol: s.protocol, Issue: form.Get("issue"), Text: lines(form.Get("text")), Exercise: &incident.Exercise{Session: id},
	}
	return c.Engine.Open(ctx, incident.Command{ID: commandID(form), Actor: s.actor(), Op: op})
}
