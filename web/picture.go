package web

import (
	"bytes"
	"net/http"
	"strconv"

	"tocsin/engine"
	"tocsin/exercise/library"
	"tocsin/fault"
)

// pictured reports whether the page can show a picture: those of the library stand in Tocsin itself, the team's own with its plan, which
// takes no file that is no picture.
func (p *exercisePage) pictured(name string) bool {
	return name != ""
}

// picture is the address of a picture that was given. It counts what was given, so that nobody can ask for another.
func (p *exercisePage) picture(run, number int) string {
	return p.Base + "/pictures/" + strconv.Itoa(run) + "/" + strconv.Itoa(number)
}

// exercisePicture answers with a picture that was given.
func (c *Console) exercisePicture(w http.ResponseWriter, r *http.Request, s *session) {
	v, sheet, err := c.exerciseOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	for _, run := range sheet.Runs {
		for _, g := range run.Given {
			if strconv.Itoa(run.Number) == r.PathValue("run") && strconv.Itoa(g.Number) == r.PathValue("number") {
				c.writePicture(w, r, v, g.Picture)
				return
			}
		}
	}
	c.fail(w, r, noPicture())
}

// scriptPicture answers the moderator with a picture that is still held back.
func (c *Console) scriptPicture(w http.ResponseWriter, r *http.Request, s *session) {
	v, _, err := c.exerciseOf(r.Context(), s, r.PathValue("id"))
	if err == nil && !v.State.Moderates(s.person.ID) {
		err = onlyModerator(v, s)
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	if run := v.State.Current(); run != nil {
		for _, in := range run.Scenario.Injects {
			if in.ID == r.PathValue("name") {
				c.writePicture(w, r, v, in.Picture)
				return
			}
		}
	}
	c.fail(w, r, noPicture())
}

func noPicture() error { return fault.New(fault.NotFound, "There is no such picture.") }

// writePicture writes a picture of the library, or of the plan that the exercise goes by.
func (c *Console) writePicture(w http.ResponseWriter, r *http.Request, v *engine.ExerciseView, name string) {
	b, ok := library.Picture(name)
	kind := "image/svg+xml"
	if !ok {
		var err error
		if b, kind, err = v.Picture(r.Context(), name); err != nil {
			c.fail(w, r, err)
			return
		}
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	_, _ = bytes.NewReader(b).WriteTo(w)
}
