// Package calendar owns what goes into people's calendars: the entry of one day or meeting, as an invitation that a mail carries and as
// a feed that a calendar fetches, both in the form of RFC 5545.
package calendar

import (
	"bytes"
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"
)

// Entry is something that is in a calendar. Its texts may come from anywhere.
type Entry struct {
	UID       string    // stays the same whatever changes
	Sequence  int       // grows with each change that matters to whoever comes
	Changed   time.Time // when it was changed last
	Start     time.Time
	End       time.Time // zero: the whole day of Start, in UTC
	Title     string    // one line
	Text      string    // any number of lines; may be empty
	Link      string    // http or https, where more is said; may be empty
	Cancelled bool
	Free      bool // it keeps nobody busy
}

// The methods of an invitation, as its mail must name them, too.
const (
	Request = string(ics.MethodRequest)
	Cancel  = string(ics.MethodCancel)
)

// Method is what an invitation with the entry wants of a calendar: Request or Cancel.
func (e Entry) Method() string {
	if e.Cancelled {
		return Cancel
	}
	return Request
}

// product names the writer.
const product = "-//Tocsin//Tocsin//EN"

// Invitation is an entry for one person's calendar, sent by an organiser. Calendars put in only what comes from the organiser's own address
// and is addressed to one of the person's. It asks for no reply by mail: nobody would read it.
func Invitation(e Entry, organiser, guest mail.Address) ([]byte, error) {
	cal := ics.NewCalendar()
	cal.SetProductId(product)
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(ics.Method(e.Method()))
	v := e.event()
	v.SetOrganizer(clean(organiser.Address), ics.WithCN(name(organiser)))
	v.AddAttendee(clean(guest.Address), ics.CalendarUserTypeIndividual, ics.ParticipationRoleReqParticipant,
		ics.ParticipationStatusNeedsAction, ics.WithRSVP(false), ics.WithCN(name(guest)))
	cal.AddVEvent(v)
	return written(cal)
}

// Feed is a calendar of some entries that programs fetch again at least every six hours.
func Feed(title string, entries []Entry) ([]byte, error) {
	cal := ics.NewCalendar()
	cal.SetProductId(product)
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName(line(title))
	cal.SetRefreshInterval("PT6H")
	cal.SetXPublishedTTL("PT6H")
	for _, e := range entries {
		cal.AddVEvent(e.event())
	}
	return written(cal)
}

// written is a calendar as it goes over the wire.
func written(cal *ics.Calendar) ([]byte, error) {
	var b bytes.Buffer
	if err := cal.SerializeTo(&b, ics.WithNewLineWindows); err != nil {
		return nil, fmt.Errorf("write a calendar: %w", err)
	}
	return b.Bytes(), nil
}

func (e Entry) event() *ics.VEvent {
	v := ics.NewEvent(line(e.UID))
	v.SetSequence(e.Sequence)
	v.SetDtStampTime(e.Changed)
	v.SetModifiedAt(e.Changed)
	if e.End.IsZero() {
		day := e.Start.UTC()
		v.SetAllDayStartAt(day)
		v.SetAllDayEndAt(day.AddDate(0, 0, 1))
	} else {
		v.SetStartAt(e.Start)
		v.SetEndAt(e.End)
	}
	v.SetSummary(line(e.Title))
	if e.Text != "" {
		v.SetDescription(clean(e.Text))
	}
	if u, err := url.Parse(e.Link); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		v.SetURL(u.String())
	}
	v.SetStatus(ics.ObjectStatusConfirmed)
	if e.Cancelled {
		v.SetStatus(ics.ObjectStatusCancelled)
	}
	v.SetTimeTransparency(ics.TransparencyOpaque)
	if e.Free || e.Cancelled {
		v.SetTimeTransparency(ics.TransparencyTransparent)
	}
	return v
}

// name is what an address is called. What would need quotes or an escape there, which programs read differently, is left out.
func name(a mail.Address) string {
	s := a.Name
	if s == "" {
		s = a.Address
	}
	s = strings.Map(func(r rune) rune {
		if r == '\'' {
			return '’'
		}
		if strings.ContainsRune(`",;:\^`, r) {
			return ' '
		}
		return r
	}, line(s))
	return strings.Join(strings.Fields(s), " ")
}

// line makes one clean line of a text.
func line(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// clean takes out what could end a line of the form, or turn the reading direction around. Line breaks stay: the form has a way to write them.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r', r == '\u2028', r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\ufeff':
			return -1
		}
		return r
	}, s))
}
