package engine

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/store"
)

// The measures of the links that messages about exercises carry.
const (
	replyLinkLife  = 30 * 24 * time.Hour // beyond the planned end, for it may be moved
	reportLinkLife = 90 * 24 * time.Hour
)

// sessionWords are the messages that people are owed because of an event of an exercise, which the state holds already. Whoever has no
// contact that rings nobody is told nothing but what stands in the console. A message that asks for an answer gets a link whose secret it
// alone carries.
func (d *draft) sessionWords(p *plan.Plan, s *exercise.State, h exercise.Happened, now time.Time) ([]store.Delivery, error) {
	var list []store.Delivery
	stream := sessionStream(s.ID)
	for i, n := range exercise.Notices(p, s, h) {
		dp, ok := incident.WordTo(p, fmt.Sprintf("%s/%d/%d", stream, h.Seq, i+1), incident.Word{
			Person: n.Person, Subject: n.Subject, Text: n.Text, Urgent: n.Urgent, Link: n.Link, Entry: n.Entry,
		})
		if !ok {
			continue
		}
		if n.Link != "" {
			link := d.engine.sessionLink(s, n, now)
			dp.Secret = link.secret
			d.commit.Links = append(d.commit.Links, link.Link)
		}
		payload, err := marshal(dp)
		if err != nil {
			return nil, err
		}
		list = append(list, store.Delivery{ID: dp.ID, Stream: stream, Kind: dp.Kind, Payload: payload, State: store.Queued, Created: now})
	}
	return list, nil
}

// secretLink is a link with its secret, which is kept nowhere but in the message.
type secretLink struct {
	store.Link
	secret string
}

// sessionLink makes the link of a notice. What it may be used for depends on how the exercise stands when it is opened.
func (e *Engine) sessionLink(s *exercise.State, n exercise.Notice, now time.Time) secretLink {
	l := secretLink{secret: hex.EncodeToString(e.bytes(24))}
	until := now.Add(reportLinkLife)
	if n.Link == exercise.LinkReply {
		until = s.Scheduled.Add(time.Duration(s.Length) + replyLinkLife)
	}
	// No id holds a line end, so that one parts them here.
	ref := strings.Join([]string{s.Protocol, now.Format(time.RFC3339Nano)}, "\n")
	l.Link = store.Link{Hash: LinkHash(l.secret), Kind: n.Link, Person: n.Person, Stream: s.ID, Ref: ref, Expires: until}
	return l
}
