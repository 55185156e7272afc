package document

import (
	"strconv"
	"strings"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

const oneDay = 24 * time.Hour

// spell writes a length of time out: "5 minutes", "1 day", "1 day 12 hours".
func spell(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"day", oneDay}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := d / u.of; n > 0 {
			parts = append(parts, counted(int(n), u.name))
			d -= n * u.of
		}
	}
	if len(parts) == 0 {
		return "no time"
	}
	return strings.Join(parts, " ")
}

// counted is a number with what it counts: "1 person", "3 steps".
func counted(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case what == "person":
		return strconv.Itoa(n) + " people"
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// every writes how often: "every 30 minutes", "every day".
func every(d time.Duration) string {
	switch d {
	case time.Hour:
		return "every hour"
	case oneDay:
		return "every day"
	}
	return "every " + spell(d)
}

// due writes when a message is owed.
func due(t plan.Timing) words {
	switch {
	case t.Open:
		return sayf("a room, open until the incident is closed")
	case t.Every > 0:
		return sayf("%s until it is resolved", every(time.Duration(t.Every)))
	case t.From != "" && t.After > 0:
		return sayf("by %s after %s", spell(time.Duration(t.After)), clipped(t.From))
	case t.From != "":
		return sayf("on %s", clipped(t.From))
	}
	return missing("when")
}

// dated writes a day, or what there is to say if none is given.
func dated(d plan.Date, never string) string {
	if d.IsZero() {
		return never
	}
	return d.Format("2 January 2006")
}

// kinds are the kinds of issue in words.
var kinds = map[string]string{
	"bug": "bug", "theft": "theft", "denial-of-service": "denial of service", "subsystem": "failure of a subsystem",
	"admin-access": "stolen administrative access", "overload": "overload", "front-end": "front end", "social-account": "social account",
	"disclosure": "vulnerability reported, not exploited",
}

// modes are what a detector does once it finds something.
var modes = map[string]string{"": "observes; pages nobody", "observe": "observes; pages nobody", "page": "pages people", "act": "acts by itself"}

// contactLabels are the kinds of contact in words.
var contactLabels = map[string]string{
	"email": "e-mail", "phone": "phone", "sms": "text message", "telegram": "Telegram", "slack": "Slack", "discord": "Discord", "signal": "Signal",
	"terminal": "terminal of the server", "chat": "chat",
}

// contact sets one way to reach somebody, as a link where there is a kind of link for it.
func contact(c plan.Contact) words {
	to := say(c.To)
	if len(to) == 1 && !to[0].Open {
		switch c.Kind {
		case "email":
			to[0].URL = "mailto:" + escapeAddress(to[0].Text)
		case "phone", "sms":
			if digits := dial(to[0].Text); digits != "" {
				to[0].URL = "tel:" + digits
			}
		}
	}
	kind := contactLabels[c.Kind]
	if kind == "" {
		kind = clipped(c.Kind)
	}
	w := beside(sayf("%s ", kind), to)
	if c.After > 0 {
		w = beside(w, sayf(", after %s", spell(time.Duration(c.After))))
	}
	if c.Note != "" {
		w = beside(w, sayf(" ("), say(c.Note), sayf(")"))
	}
	return w
}

// dial keeps what can be dialled of a telephone number.
func dial(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' || r == '+' && b.Len() == 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// escapeAddress percent-encodes what may not stand in the path of a mailto address.
func escapeAddress(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("@._+-~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}

// account sets an address on a chain.
func account(a evm.Address) words {
	if (a == evm.Address{}) {
		return missing("the address")
	}
	return words{{Text: a.Hex(), Code: true}}
}
