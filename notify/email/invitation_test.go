package email_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"tocsin/calendar"
	"tocsin/notify"
)

// An invitation is one that calendars put in: by the sender's own address to the recipient's, with the method in the type of its part, and
// once more as a file.
func TestInvitation(t *testing.T) {
	b := open(t, settings{})
	c := channel(t, b, "smtp://%s?from=Tocsin+%%3Ctocsin@example.com%%3E&starttls=none", b.addr)
	m := page("janet@example.com")
	m.Entry = &calendar.Entry{UID: "exercise-1@tocsin", Changed: m.At, Start: m.At, End: m.At.Add(time.Hour), Title: "EXERCISE: café"}
	for _, cancelled := range []bool{false, true} {
		m.Entry.Cancelled = cancelled
		if out := c.Send(t.Context(), m); out.State != notify.Landed {
			t.Fatalf("outcome %+v", out)
		}
	}
	for i, file := range []string{"invite.ics", "cancel.ics"} {
		p := unfold(t, b.letters()[i])
		if want := m.Entry.Method(); i == 1 && p.method != want || !bytes.Contains(p.entry, []byte("METHOD:"+p.method+"\r\n")) {
			t.Errorf("the method is %q, in\n%s", p.method, p.entry)
		}
		if len(p.files) != 1 || !bytes.Equal(p.files[file], p.entry) || len(p.entry) == 0 {
			t.Errorf("the files are %q", p.files)
		}
		cal, err := ics.ParseCalendar(bytes.NewReader(p.entry))
		if err != nil {
			t.Fatal(err)
		}
		e := cal.Events()[0]
		if got := e.GetProperty(ics.ComponentPropertyOrganizer).Value; got != "mailto:tocsin@example.com" {
			t.Errorf("the organiser is %q", got)
		}
		if got := e.Attendees(); len(got) != 1 || got[0].Email() != "janet@example.com" || got[0].ICalParameters["CN"][0] != "Janet R" {
			t.Errorf("the guests are %+v", got)
		}
		if got := e.GetProperty(ics.ComponentPropertySummary).Value; got != "EXERCISE: café" {
			t.Errorf("the title is %q", got)
		}
	}
}

// post is a letter as a mail program shows it.
type post struct {
	header mail.Header
	title  string
	plain  string
	html   string
	entry  []byte            // the calendar entry among the alternatives
	method string            // that its type names
	files  map[string][]byte // attached, by name
}

func unfold(t *testing.T, l letter) post {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(l.raw))
	if err != nil {
		t.Fatalf("read message: %v\n%s", err, l.raw)
	}
	title, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatalf("decode subject: %v", err)
	}
	p := post{header: m.Header, title: title, files: map[string][]byte{}}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "multipart/mixed":
		parts := multipart.NewReader(m.Body, params["boundary"])
		first, err := parts.NextRawPart()
		if err != nil {
			t.Fatalf("read part: %v", err)
		}
		if kind, params, err = mime.ParseMediaType(first.Header.Get("Content-Type")); err != nil || kind != "multipart/alternative" {
			t.Fatalf("the first part is of type %q (%v), want multipart/alternative", kind, err)
		}
		p.alternatives(t, first, params["boundary"])
		for part := next(t, parts); part != nil; part = next(t, parts) {
			p.files[part.FileName()] = decoded(t, part)
		}
	case err == nil && kind == "multipart/alternative":
		p.alternatives(t, m.Body, params["boundary"])
	default:
		t.Fatalf("message is of type %q (%v), want multipart/alternative or mixed", kind, err)
	}
	return p
}

// alternatives reads the forms of the same text, the plainest first.
func (p *post) alternatives(t *testing.T, body io.Reader, boundary string) {
	t.Helper()
	parts := multipart.NewReader(body, boundary)
	for part := next(t, parts); part != nil; part = next(t, parts) {
		kind, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil || !strings.EqualFold(params["charset"], "utf-8") {
			t.Fatalf("a part is of type %q: %v", part.Header.Get("Content-Type"), err)
		}
		switch b := decoded(t, part); kind {
		case "text/html":
			p.html = string(b)
		case "text/calendar":
			p.entry, p.method = b, params["method"]
		default:
			p.plain = string(b)
		}
	}
}

func next(t *testing.T, r *multipart.Reader) *multipart.Part {
	t.Helper()
	part, err := r.NextRawPart()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		t.Fatalf("read part: %v", err)
	}
	return part
}

func decoded(t *testing.T, part *multipart.Part) []byte {
	t.Helper()
	var r io.Reader
	switch e := part.Header.Get("Content-Transfer-Encoding"); e {
	case "quoted-printable":
		r = quotedprintable.NewReader(part)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, part)
	default:
		t.Fatalf("part is encoded as %q", e)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("decode part: %v", err)
	}
	return b
}
