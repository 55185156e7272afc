package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"tocsin/exercise"
	"tocsin/fault"
)

// Of a replay's drawing, in pixels: lanes lie below each other, times above them.
const (
	replayTop  = 44
	replayLane = 46
)

// replayPage is a scenario to be watched again.
type replayPage struct {
	*exercisePage
	Runs   []anchorLink // of the exercise
	Run    string       // the one shown
	Play   *exercise.Playback
	Ticks  []replayTick
	Lanes  []replayRow
	Height int
}

// replayTick is a time on the axis.
type replayTick struct {
	X, Anchor   string // in percent of the width; how the text stands to it
	Real, Shown string
}

// replayRow is a lane with what happened in it.
type replayRow struct {
	Name  string
	Y     int // of its upper edge
	Marks []replayMark
}

// replayMark is one thing that happened.
type replayMark struct {
	Number int
	X      string
	Y      int
	Wrong  bool
}

// replay shows a scenario on an axis of time: to everybody once the exercise is over, to the moderator any time.
func (c *Console) replay(w http.ResponseWriter, r *http.Request, s *session) {
	v, sheet, err := c.exerciseOf(r.Context(), s, r.PathValue("id"))
	if err == nil && sheet.Phase != exercise.Ended && !sheet.Moderates {
		err = fault.New(fault.Conflict, "The exercise is not over: there is nothing to replay yet.")
	}
	run := 1
	if err == nil && r.URL.Query().Has("run") {
		if run, err = strconv.Atoi(r.URL.Query().Get("run")); err != nil {
			err = fault.New(fault.NotFound, "The exercise has no such scenario.")
		}
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	play, err := v.Playback(r.Context(), run)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	e, err := c.exercisePage(r.Context(), s, v, sheet, &forms{}, "/replay", "r-")
	if err != nil {
		c.fail(w, r, err)
		return
	}
	p := replayOf(e, play)
	p.Live = false // nothing moves under somebody who steps through it
	for i := range v.State.Runs {
		if x := &v.State.Runs[i]; !x.Described.IsZero() {
			p.Runs = append(p.Runs, anchorLink{Href: e.Base + "/replay?run=" + strconv.Itoa(x.Number), Name: x.Scenario.Name})
		}
	}
	p.Run = e.Base + "/replay?run=" + strconv.Itoa(run)
	c.render(w, r, http.StatusOK, replayBody(p))
}

// replayOf draws a playback. Its axis is real time: what the exercise clock skipped takes no room.
func replayOf(e *exercisePage, play *exercise.Playback) *replayPage {
	p := &replayPage{exercisePage: e, Play: play, Height: replayTop}
	whole := play.Ended.Sub(play.Began)
	place := func(at time.Time) float64 {
		if whole <= 0 {
			return 1
		}
		return 1 + 98*min(max(float64(at.Sub(play.Began))/float64(whole), 0), 1)
	}
	x := func(at time.Time) string { return fmt.Sprintf("%.2f%%", place(at)) }
	for _, t := range play.Ticks {
		tick := replayTick{X: x(t.At), Anchor: "middle", Real: t.At.UTC().Format("15:04"), Shown: exercise.Stopwatch(time.Duration(t.After))}
		if whole < 5*time.Minute {
			tick.Real = t.At.UTC().Format(time.TimeOnly)
		}
		if at := place(t.At); at < 8 { // so that nothing stands beyond the edges
			tick.Anchor = "start"
		} else if at > 92 {
			tick.Anchor = "end"
		}
		p.Ticks = append(p.Ticks, tick)
	}
	for _, lane := range exercise.Lanes {
		row := replayRow{Name: lane[1], Y: p.Height}
		for _, sc := range play.Played {
			if sc.Lane == lane[0] {
				row.Marks = append(row.Marks, replayMark{Number: sc.Number, X: x(sc.At), Y: p.Height + 33, Wrong: sc.Wrong})
			}
		}
		if len(row.Marks) > 0 {
			p.Lanes = append(p.Lanes, row)
			p.Height += replayLane
		}
	}
	return p
}

// laneName is what a lane is called.
func laneName(lane string) string {
	for _, l := range exercise.Lanes {
		if l[0] == lane {
			return l[1]
		}
	}
	return lane
}

// say is the drawing in words.
func (p *replayPage) say() string {
	return fmt.Sprintf("%s from %s to %s UTC, on an axis of time. Each is in the list below.",
		plural(len(p.Play.Played), "thing"), p.Play.Began.UTC().Format("15:04"), p.Play.Ended.UTC().Format("15:04"))
}
