package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tocsin/access"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
)

// maxUpload is the most that a form with a file can post, in bytes.
const maxUpload = incident.MaxFile + 64<<10

// uploads reports whether a request may post a file; all others are bounded as forms without one.
func uploads(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/incidents/") && strings.HasSuffix(r.URL.Path, "/files")
}

// attachFile puts a file into the record of an incident.
func (c *Console) attachFile(w http.ResponseWriter, r *http.Request, s *session) {
	id := r.PathValue("id")
	if _, err := c.viewOf(r.Context(), s, id); err != nil {
		c.fail(w, r, err)
		return
	}
	if err := s.may(access.Respond); err != nil {
		c.fail(w, r, err)
		return
	}
	form, name, b, err := upload(r)
	if err == nil {
		op := incident.OpAttach{Step: form.Get("step"), What: name, Note: form.Get("note"), File: &journal.File{Media: http.DetectContentType(b)}}
		_, err = c.Engine.Attach(r.Context(), id, incident.Command{ID: commandID(form), Actor: s.actor(), Op: op}, b)
	}
	if err != nil {
		form.Set("form", "attach")
		form.Set("upload", "file")
		c.again(w, r, s, id, form, err)
		return
	}
	anchor := "evidence"
	if step := form.Get("step"); step != "" {
		anchor = "step-" + url.PathEscape(step)
	}
	http.Redirect(w, r, "/incidents/"+url.PathEscape(id)+"#"+anchor, http.StatusSeeOther)
}

// upload reads a form with a file part by part, so that no part is kept anywhere but in memory, and not longer than it may be.
func upload(r *http.Request) (form url.Values, name string, b []byte, err error) {
	form = url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return form, "", nil, fault.New(fault.Invalid, "The form did not come as it should.").Instead("Load the page again.").Because(err)
	}
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return form, "", nil, unsent(err)
		}
		read, err := io.ReadAll(io.LimitReader(p, maxUpload))
		if err != nil {
			return form, "", nil, unsent(err)
		}
		if p.FormName() == "file" {
			name, b = p.FileName(), read
		} else if len(form) < 16 {
			form.Set(p.FormName(), lines(string(read)))
		}
	}
	if len(b) == 0 {
		return form, "", nil, fault.New(fault.Invalid, "There is no file, or it is empty.").Instead("Choose one.")
	}
	return form, name, b, nil
}

// unsent says why a form with a file could not be read.
func unsent(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.New(fault.Invalid, "The file is larger than %d MiB.", incident.MaxFile>>20).Instead("Keep it elsewhere, and attach a link to it and its hash.")
	}
	return fault.New(fault.Invalid, "The file did not come through whole.").Instead("Send it again.").Because(err)
}

// file answers with a file of an incident: to be saved, never to be shown by itself. A picture can stand on the console's own page,
// for there it cannot be anything else.
func (c *Console) file(w http.ResponseWriter, r *http.Request, s *session) {
	v, err := c.viewOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	ev, b, err := v.File(r.Context(), r.PathValue("evidence"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if media := picture(ev.File.Media); media != "" && http.DetectContentType(b) == media {
		h.Set("Content-Type", media)
	}
	name := ev.What
	if name == "" {
		name = ev.File.Path()
	}
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": name})
	if disposition == "" {
		disposition = "attachment"
	}
	h.Set("Content-Disposition", disposition)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b)
}

// picture is a media type that pages show, empty for any other.
func picture(media string) string {
	switch media {
	case "image/png", "image/jpeg":
		return media
	}
	return ""
}
