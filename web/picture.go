package web

import (
	"bytes"
	"context"
	"net/http"
	"path"
	"strconv"
	"strings"

	"tocsin/exercise/library"
	"tocsin/fault"
)

// pictureTypes are the forms of pictures that a browser draws and that can do nothing else: an SVG is shut in by a policy of its own.
var pictureTypes = map[string]string{".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}

// maxPicture is the largest picture of an inject that is shown, in bytes.
const maxPicture = 4 << 20

// pictured reports whether the page can show a picture: those of the library stand in Tocsin itself, the team's own with its plan.
func (p *exercisePage) pictured(name string) bool {
	return name != "" && pictureTypes[strings.ToLower(path.Ext(name))] != ""
}

// picture is the address of a picture that was given. It counts what was given, so that nobody can ask for another.
func (p *exercisePage) picture(run, number int) string {
	return p.Base + "/pictures/" + strconv.Itoa(run) + "/" + strconv.Itoa(number)
}

// exercisePicture answers with a picture that was given.
func (c *Console) exercisePicture(w http.ResponseWriter, r *http.Request, s *session) {
	_, sheet, err := c.exerciseOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	for _, run := range sheet.Runs {
		for _, g := range run.Given {
			if strconv.Itoa(run.Number) == r.PathValue("run") && strconv.Itoa(g.Number) == r.PathValue("number") {
				c.writePicture(w, r, s, g.Picture)
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
				c.writePicture(w, r, s, in.Picture)
				return
			}
		}
	}
	c.fail(w, r, noPicture())
}

func noPicture() error { return fault.New(fault.NotFound, "There is no such picture.") }

// writePicture writes a picture of the library, or of the plan in force.
func (c *Console) writePicture(w http.ResponseWriter, r *http.Request, s *session, name string) {
	kind := pictureTypes[strings.ToLower(path.Ext(name))]
	b, err := c.pictureOf(r.Context(), s, name)
	switch {
	case err != nil:
		c.fail(w, r, err)
		return
	case kind == "" || len(b) == 0 || len(b) > maxPicture:
		c.fail(w, r, noPicture())
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	_, _ = bytes.NewReader(b).WriteTo(w)
}

func (c *Console) pictureOf(ctx context.Context, s *session, name string) ([]byte, error) {
	if b, ok := library.Picture(name); ok {
		return b, nil
	}
	files, err := c.Engine.Files(ctx, s.protocol)
	return files[name], err
}
