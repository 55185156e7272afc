package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/check"
	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/plan"
)

// planEdits are the edits of the plan that an exercise suggests, one by one and together.
type planEdits struct {
	List    []planEdit
	Patch   string // all that fit, as a difference of the plan's files: lines around them may tell what other scenarios hold back
	Lines   string // of it, only those that come or go
	Written bool   // it is a difference of files as Tocsin writes them: those that the plan was adopted with cannot be changed in place
	Gaps    gapChange
}

// planEdit is one edit that an exercise suggests.
type planEdit struct {
	Say     string
	Why     string // it does not fit the plan in force any more; empty if it does
	Changes []check.Difference
}

// gapChange is what the check says of a plan before and after a change.
type gapChange struct {
	Before, After [3]int // gaps of each level: error, warning, note
	Gone, New     []check.Gap
}

// planEdits makes the edits that an exercise suggests in the plan in force; nil if it suggests none.
func (c *Console) planEdits(ctx context.Context, s *session, v *engine.ExerciseView) (*planEdits, error) {
	list, err := v.Proposals(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	x := &planEdits{}
	now := s.plan
	for i := range list {
		e := planEdit{Say: list[i].Say}
		next, err := list[i].Apply(now)
		if err != nil {
			e.Why = fault.Sentence(err)
		} else {
			e.Changes = check.Differences(now, next)
			now = next
		}
		x.List = append(x.List, e)
	}
	x.Gaps = gapsChanged(s.plan, now, c.now())
	files, err := c.Engine.Files(ctx, s.protocol)
	if err != nil {
		return nil, err
	}
	x.Patch, x.Written = patchOf(s.plan, now, files)
	x.Lines = changedLines(x.Patch)
	return x, nil
}

// changedLines are the lines of a difference that come or go, under the names of their files.
func changedLines(patch string) string {
	var out strings.Builder
	for l := range strings.SplitAfterSeq(patch, "\n") {
		if strings.HasPrefix(l, "+") || strings.HasPrefix(l, "-") {
			out.WriteString(l)
		}
	}
	return out.String()
}

// patchOf writes what differs between two plans as a difference of the files that the first was adopted with; where those cannot be changed
// in place, of the files as Tocsin would write them.
func patchOf(old, now *plan.Plan, files map[string][]byte) (patch string, written bool) {
	if after, err := plan.Save(now, &plan.Source{Files: files}); err == nil {
		return plan.Patch(files, after), false
	}
	return plan.Patch(plan.Write(old, ""), plan.Write(now, "")), true
}

// gapsChanged compares what the check says of two plans.
func gapsChanged(old, now *plan.Plan, at time.Time) gapChange {
	var x gapChange
	before, after := check.CheckAt(old, nil, at), check.CheckAt(now, nil, at)
	count := func(gaps []check.Gap, into *[3]int) map[string]int {
		have := map[string]int{}
		for _, g := range gaps {
			have[g.Code+" "+g.Subject+" "+g.Say]++
			for i, l := range check.Levels() {
				if i < len(into) && g.Level == l {
					into[i]++
				}
			}
		}
		return have
	}
	was, is := count(before, &x.Before), count(after, &x.After)
	for _, g := range before {
		if k := g.Code + " " + g.Subject + " " + g.Say; is[k] == 0 {
			x.Gone = append(x.Gone, g)
		}
	}
	for _, g := range after {
		if k := g.Code + " " + g.Subject + " " + g.Say; was[k] == 0 {
			x.New = append(x.New, g)
		}
	}
	return x
}

// gapCounts says how many gaps of each level there are.
func gapCounts(n [3]int) string {
	var list []string
	for i, l := range check.Levels() {
		if i < len(n) {
			list = append(list, plural(n[i], string(l)))
		}
	}
	return strings.Join(list, ", ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(uint64(n)) + " " + what + "s"
}

// mayPatch is the fault that keeps somebody from the difference of the plan's files: it is for those who may know every script, and take
// records out.
func (c *Console) mayPatch(s *session) error {
	if err := s.may(access.Export); err != nil {
		return err
	}
	if !slices.Contains(exercise.Moderators(s.plan, c.now()), s.person.ID) {
		return fault.New(fault.Forbidden, "The lines around the edits may tell what other scenarios hold back: only moderators take them out.")
	}
	return nil
}

// exercisePatch answers with the edits that an exercise suggests, as a file for git or patch.
func (c *Console) exercisePatch(w http.ResponseWriter, r *http.Request, s *session) {
	v, _, err := c.exerciseOf(r.Context(), s, r.PathValue("id"))
	if err == nil {
		err = c.mayPatch(s)
	}
	var x *planEdits
	if err == nil && v.State.Phase == exercise.Ended {
		x, err = c.planEdits(r.Context(), s, v)
	}
	if err == nil && (x == nil || x.Patch == "") {
		err = fault.New(fault.NotFound, "The exercise suggests no edit of the plan that fits it.")
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	attach(w, "text/x-patch; charset=utf-8", "exercise-"+v.State.ID+".patch", []byte(x.Patch))
}
