package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// readCommunications reads a table of messages: what, when, where and by whom.
func readCommunications(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || p.own && p.section != "communications" {
		return 0
	}
	c := newColumns(t)
	name := c.find("communication", "communications", "message", "update~", "updates~", "audience", "what~")
	timing := c.find("timing", "frequency", "when", "cadence", "how often")
	channel := c.find("channel", "channels", "where", "medium")
	responsible := c.find("responsibility", "responsible", "owner", "sender", "by whom", "sent by", "from~", "by~")
	audienceAt := -1
	if responsible < 0 {
		responsible = c.find("who")
	} else if name >= 0 {
		audienceAt = c.find("to whom", "for whom", "recipients", "recipient", "who~", "whom~", "to~") // not who writes it: that is said
	}
	if name < 0 || timing < 0 && channel < 0 || p.section != "communications" && (timing < 0 || channel < 0 || responsible < 0) {
		return 0
	}
	id := c.find("id~")
	p.page.markHeader(t)
	for _, row := range t.Rows {
		if text(row, name) == "" {
			w.lose(p, row, "this row names no message")
			continue
		}
		toWhom := "" // as the document says it, where the plan's own word for it says less
		m := plan.Communication{Name: text(row, name)}
		m.ID = w.take("communications", m.Name, orSlug("communications", m.Name, text(row, id)))
		m.Audience = audience(m.Name)
		if s := text(row, audienceAt); s != "" {
			if m.Audience = audience(s); m.Audience == "" || !strings.EqualFold(m.Audience, s) {
				toWhom = t.Header[audienceAt].Text + ": " + s
			}
		}
		m.Postmortem = postmortem.MatchString(m.Name)
		about := "communications[" + m.ID + "]"
		if toWhom != "" {
			w.note(about, toWhom, "\n")
		}
		if s := filled(text(row, timing)); s != "" {
			var ok bool
			if m.Timing, ok = Timing(s); !ok {
				w.note(about, t.Header[timing].Text+": "+s, "\n")
				w.warn(p, row[timing].Line, "“"+clip(s)+"” is no timing that a clock can follow", "write hourly, every 4 hours, open until completion, or resolution + 2 days")
			}
		}
		if s := filled(text(row, responsible)); s != "" {
			if who := list(s); len(who) > 1 {
				w.note(about, t.Header[responsible].Text+": "+s, "\n")
				w.warn(p, row[responsible].Line, "“"+clip(s)+"” are several: a message has one person or role who owns it", "name one; the plan has the first of them")
				s = who[0]
			}
			m.Responsible = s
		}
		for n, ch := range list(text(row, channel)) {
			switch {
			case filled(ch) == "":
			case n == 0:
				m.Channel = ch
			default:
				m.Also = append(m.Also, ch)
			}
		}
		w.rest(p, c, row, about, &m)
		w.plan.Communications = append(w.plan.Communications, m)
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
	return 1
}

var postmortem = regexp.MustCompile(`(?i)\b(post-? ?mortem|retrospective|incident report)s?\b`)

// audiences tells by its name whom a message is for.
var audiences = []struct {
	audience string
	words    *regexp.Regexp
}{
	{"responders", regexp.MustCompile(`(?i)\b(responders?|war room|response team)\b`)},
	{"internal", regexp.MustCompile(`(?i)\b(internal|team|staff|employees|company-wide)\b`)},
	{"users", regexp.MustCompile(`(?i)\b(users?|customers?|community|depositors|holders)\b`)},
	{"investors", regexp.MustCompile(`(?i)\binvestors?\b`)},
	{"regulators", regexp.MustCompile(`(?i)\b(regulators?|authorities|law enforcement)\b`)},
	{"partners", regexp.MustCompile(`(?i)\b(partners?|exchanges?|integrators?|integrations)\b`)},
	{"public", regexp.MustCompile(`(?i)\b(public|press|media|external)\b`)},
}

// audience finds whom a message is for by its name; empty if that does not say, or names several.
func audience(name string) string {
	found := ""
	for _, a := range audiences {
		if a.words.MatchString(name) {
			if found != "" {
				return ""
			}
			found = a.audience
		}
	}
	return found
}

// channel makes the channel of a name, of the kind that its words say.
func (b *builder) channel(name string) string {
	if id := b.find("channels", name); id != "" {
		return id
	}
	c := plan.Channel{ID: b.id("channels", name), Name: name, Kind: "other"}
	for _, k := range channelKinds {
		if k.words.MatchString(name) {
			c.Kind = k.kind
			break
		}
	}
	if tag := hashTag.FindString(name); tag != "" && (c.Kind == "slack" || c.Kind == "discord") {
		c.To = tag
	}
	if handle := handles.FindStringSubmatch(name); handle != nil && (c.Kind == "x" || c.Kind == "telegram") {
		c.To = handle[1]
	}
	if c.Kind == "email" && mail.MatchString(name) {
		c.To = name
	}
	c.Public = c.Kind == "blog" || c.Kind == "status-page" || c.Kind == "x"
	b.plan.Channels = append(b.plan.Channels, c)
	return c.ID
}

var (
	hashTag = regexp.MustCompile(`#[\w-]+`)
	handles = regexp.MustCompile(`(?:^|\s)(@\w+)`)
	// channelKinds tells by the words of its name what a channel is.
	channelKinds = []struct {
		kind  string
		words *regexp.Regexp
	}{
		{"slack", regexp.MustCompile(`(?i)\bslack\b`)},
		{"telegram", regexp.MustCompile(`(?i)\btelegram\b`)},
		{"discord", regexp.MustCompile(`(?i)\bdiscord\b`)},
		{"x", regexp.MustCompile(`(?i)\b(twitter|x\.com|tweets?)\b|^X$`)},
		{"status-page", regexp.MustCompile(`(?i)\bstatus ?-?page\b`)},
		{"blog", regexp.MustCompile(`(?i)\b(blog|medium|mirror)\b`)},
		{"email", regexp.MustCompile(`(?i)\be-?mails?\b|mailing list|newsletter|@.+\.`)},
		{"phone", regexp.MustCompile(`(?i)\b(phone|conference call|telephone)\b`)},
	}
)

// Timing reads when a message is owed, in the words that people use; false if they say something else.
func Timing(s string) (plan.Timing, bool) {
	t := strings.ToLower(strings.Join(strings.Fields(s), " "))
	t = strings.TrimSuffix(t, ".")
	for _, word := range []string{"upon ", "on ", "at ", "after ", "immediately upon ", "immediately after "} {
		t = strings.TrimPrefix(t, word)
	}
	t = strings.NewReplacer("every hour", "hourly", "once an hour", "hourly", "every day", "daily", "once a day", "daily", "hrs", "hours", "mins", "minutes", " min", " minutes", "minutesutes", "minutes").Replace(t)
	if m := within.FindStringSubmatch(t); m != nil {
		t = m[2] + " + " + m[1]
	}
	t = momentWords.Replace(t)
	tm, err := plan.ParseTiming(t)
	return tm, err == nil
}

var (
	within      = regexp.MustCompile(`^(?:within )?([0-9]+ ?[a-z]+) (?:of|after|from) (?:the )?([a-z]+)$`)
	momentWords = strings.NewReplacer("detected", "detection", "validated", "validation", "confirmation", "validation", "contained", "containment", "resolved", "resolution")
)
