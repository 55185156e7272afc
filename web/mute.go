package web

import (
	"net/http"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/mute"
	"tocsin/plan"
)

// mutePanel is how quiet a detector is, and what the person may do about it. Pages show it by muteForm.
type mutePanel struct {
	Detector string
	Name     string
	Two      bool     // it takes two people to mute it
	Asked    *muteRow // nil if nobody wants it muted who needs a second
	Muted    *muteRow // nil if it is not muted
	Form     *form    // to mute it, or to agree; nil if the person may not
	End      *form    // to end that; nil if the person may not, or nothing is to be ended
	Back     string   // place to come back to
	Lengths  []muteLength
}

// muteRow is one mute as its page says it.
type muteRow struct {
	By     string
	Why    string
	Until  moment
	Lapses moment
	Since  moment
	Found  string // findings that it has kept quiet, in words; empty for none
	Last   moment // of them
	Yours  bool   // the person asked for it
}

// muteLength is a choice of how long.
type muteLength struct{ Value, Name string }

var muteLengths = []muteLength{{"30m", "30 minutes"}, {"1h", "1 hour"}, {"4h", "4 hours"}, {"24h", "1 day"}, {"72h", "3 days"}, {"168h", "7 days"}}

// mutePanel makes the panel of a detector out of the protocol's mutes.
func (c *Console) mutePanel(s *session, sh *shell, detector string, list []mute.Mute, fs *forms) *mutePanel {
	p := &mutePanel{
		Detector: detector, Name: mute.Name(s.plan, detector), Two: mute.Two(s.plan, detector), Back: s.mutePath(detector), Lengths: muteLengths,
	}
	for _, m := range list {
		if m.Detector != detector {
			continue
		}
		row := rowOfMute(s, sh, m)
		if m.State == mute.Asked {
			p.Asked = row
		} else {
			p.Muted = row
		}
	}
	if s.may(access.Mute) != nil {
		return p
	}
	if p.Asked == nil || !p.Asked.Yours {
		f := fs.form("mute", s.mutePath(detector))
		p.Form = &f
	}
	if p.Asked != nil || p.Muted != nil {
		f := fs.form("unmute", s.detector(detector)+"/unmute")
		p.End = &f
	}
	return p
}

func rowOfMute(s *session, sh *shell, m mute.Mute) *muteRow {
	row := &muteRow{
		By: namesOf(s.plan, m.By), Why: m.Why, Until: sh.at(m.Until), Lapses: sh.at(m.Lapses), Since: sh.at(m.Since), Last: sh.at(m.Last),
		Yours: len(m.By) > 0 && m.By[0] == s.person.ID,
	}
	switch {
	case m.Found == 1:
		row.Found = "1 finding"
	case m.Found > 1:
		row.Found = thousands(uint64(m.Found)) + " findings"
	}
	return row
}

func namesOf(p *plan.Plan, ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = p.NameOf(id)
	}
	return strings.Join(names, " and ")
}

func (s *session) mutePath(detector string) string { return s.detector(detector) + "/mute" }

// mutePage is a detector's mute alone.
type mutePage struct {
	*shell
	Panel *mutePanel
}

// muteAsk shows how quiet a detector is.
func (c *Console) muteAsk(w http.ResponseWriter, r *http.Request, s *session) {
	c.showMute(w, r, s, http.StatusOK, &forms{})
}

func (c *Console) showMute(w http.ResponseWriter, r *http.Request, s *session, status int, fs *forms) {
	id := r.PathValue("id")
	if err := mute.Known(s.plan, id); err != nil {
		c.fail(w, r, err)
		return
	}
	list, err := c.Engine.Mutes(r.Context(), s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	sh := c.shell(s, mute.Name(s.plan, id), s.mutePath(id))
	sh.Here, sh.Live = s.at("/detectors"), status == http.StatusOK
	page := &mutePage{shell: sh, Panel: c.mutePanel(s, sh, id, list, fs)}
	sh.Fault = fs.homeless()
	c.render(w, r, status, muteBody(page))
}

// mute keeps a detector quiet, or agrees with somebody who asked for that.
func (c *Console) mute(w http.ResponseWriter, r *http.Request, s *session) {
	c.changeMute(w, r, s, "mute", func() error {
		o := engine.MuteOrder{Protocol: s.protocol, Detector: r.PathValue("id"), Why: lines(r.PostForm.Get("why")), Actor: s.actor()}
		if text := r.PostForm.Get("until"); text != "" {
			d, err := plan.ParseDuration(text)
			if err != nil {
				return fault.New(fault.Invalid, "%q is not a length of time.", text).Instead("Choose one of those offered.")
			}
			o.Until = c.Engine.Now().Add(time.Duration(d))
		}
		_, err := c.Engine.Mute(r.Context(), o)
		return err
	})
}

// unmute ends a detector's mute.
func (c *Console) unmute(w http.ResponseWriter, r *http.Request, s *session) {
	c.changeMute(w, r, s, "unmute", func() error {
		return c.Engine.Unmute(r.Context(), s.protocol, r.PathValue("id"), s.actor())
	})
}

// changeMute does what a form asks for and goes back to where it stood; a refused one shows the reason beside what was put in.
func (c *Console) changeMute(w http.ResponseWriter, r *http.Request, s *session, key string, do func() error) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	err := s.may(access.Mute)
	if err == nil {
		err = do()
	}
	switch {
	case err == nil:
		back := r.PostForm.Get("back")
		if !strings.HasPrefix(back, s.at("/detectors")) {
			back = s.mutePath(r.PathValue("id"))
		}
		http.Redirect(w, r, back, http.StatusSeeOther)
	case fault.CodeOf(err) == fault.Internal, fault.Is(err, fault.NotFound):
		c.fail(w, r, err)
	default:
		c.showMute(w, r, s, statusOf(err), &forms{failed: key, fault: fault.Sentence(err), kept: r.PostForm})
	}
}
