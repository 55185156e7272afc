package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/mail"
	"net/url"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"tocsin/calendar"
	"tocsin/notify"
)

// compose writes the message as it goes over the wire: plain text, and the same as simple HTML with the link as a button.
func (c *Channel) compose(m notify.Message, id string, to *mail.Address) ([]byte, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	from := c.server.from
	msg.FromMailAddress(&from)
	msg.AddToMailAddress(to)
	msg.Subject(m.Title())
	msg.SetDateWithValue(c.date(m))
	msg.SetMessageIDWithValue(id)
	msg.SetGenHeader(gomail.Header("Auto-Submitted"), "auto-generated") // keeps absence notes from answering
	if m.Urgent {
		msg.SetImportance(gomail.ImportanceHigh)
	}
	v := newView(m)
	msg.SetBodyString(gomail.TypeTextPlain, v.plain())
	var page bytes.Buffer
	if err := layout.Execute(&page, v); err != nil {
		return nil, fmt.Errorf("write the HTML of message %s: %w", id, err)
	}
	msg.AddAlternativeString(gomail.TypeTextHTML, page.String())
	if m.Entry != nil {
		if err := invite(msg, *m.Entry, from, *to); err != nil {
			return nil, fmt.Errorf("write the calendar entry of message %s: %w", id, err)
		}
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return nil, fmt.Errorf("write message %s: %w", id, err)
	}
	return raw.Bytes(), nil
}

// invite puts a calendar entry into a message as RFC 6047 wants it: the last of the alternatives, whose type names the method, so that
// the mail program shows it as an invitation; and once more as a file, for those programs that look for one.
func invite(msg *gomail.Msg, e calendar.Entry, from, to mail.Address) error {
	b, err := calendar.Invitation(e, from, to)
	if err != nil {
		return err
	}
	msg.AddAlternativeString(gomail.ContentType("text/calendar; method="+e.Method()+"; component=VEVENT"), string(b), gomail.WithPartEncoding(gomail.EncodingB64))
	file := "invite.ics"
	if e.Cancelled {
		file = "cancel.ics"
	}
	return msg.AttachReader(file, bytes.NewReader(b), gomail.WithFileContentType("application/ics"))
}

// messageID makes the same id of the same key, so that a mailbox shows a message that was sent twice once.
func messageID(key, from string) string {
	sum := sha256.Sum256([]byte(key))
	_, domain, ok := strings.Cut(from[max(strings.LastIndex(from, "@"), 0):], "@")
	if !ok || domain == "" {
		domain = "tocsin.invalid"
	}
	return hex.EncodeToString(sum[:16]) + "@" + domain
}

// view is what the two forms of the body are made of.
type view struct {
	Title      string
	Exercise   bool
	Urgent     bool
	Body       string
	Paragraphs [][]string // lines
	Link       string     // http or https, or empty
	LinkText   string
}

func newView(m notify.Message) view {
	v := view{Title: m.Title(), Exercise: m.Exercise, Urgent: m.Urgent, Body: m.Text(), Link: webLink(m.Link), LinkText: notify.Line(m.LinkText)}
	if v.LinkText == "" {
		v.LinkText = "Open"
	}
	for _, p := range strings.Split(v.Body, "\n\n") {
		if p = strings.Trim(p, "\n"); p != "" {
			v.Paragraphs = append(v.Paragraphs, strings.Split(p, "\n"))
		}
	}
	return v
}

func (v view) plain() string {
	if v.Link == "" {
		return v.Body
	}
	say := v.LinkText
	if !strings.HasSuffix(say, "?") {
		say += ":"
	}
	return v.Body + "\n" + say + "\n" + v.Link + "\n"
}

// webLink lets through what a browser opens and nothing else.
func webLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

var layout = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body style="margin:0;padding:24px;background:#f5f4f1;color:#1f2328;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:34em;margin:0 auto;padding:24px;background:#fff;border-radius:8px">
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">{{.Title}}</h1>
{{range .Paragraphs}}<p style="margin:0 0 16px">{{range $i, $l := .}}{{if $i}}<br>{{end}}{{$l}}{{end}}</p>
{{end}}{{if .Link}}<p style="margin:24px 0"><a href="{{.Link}}" style="display:inline-block;padding:12px 20px;background:#1f4f8f;color:#fff;border-radius:6px;text-decoration:none;font-weight:600">{{.LinkText}}</a></p>
<p style="margin:0;font-size:13px;color:#59636e">If the button does not work, open this address:<br>{{.Link}}</p>
{{end}}</div></body></html>
`))
