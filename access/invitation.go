package access

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// The links that messages about an exercise carry. The engine makes them together with the message.
const (
	kindInvitation = "invitation" // to say whether one comes
	kindReport     = "report"     // to say that one has read what happened
)

// Invitation is what a link of an exercise is for: one person's answer.
type Invitation struct {
	Identity
	Session string // exercise
	Report  bool   // it is about the report; else about coming
	Expires time.Time
}

// Invitation says which exercise a link belongs to. The link may be used again until it expires, for answering and nothing else; it is
// withdrawn with the person's sessions.
func (a *Access) Invitation(ctx context.Context, secret string) (Invitation, error) {
	l, err := a.link(ctx, kindInvitation, secret)
	if fault.Is(err, fault.NotFound) {
		l, err = a.link(ctx, kindReport, secret)
	}
	if err != nil {
		return Invitation{}, err
	}
	at, err := a.unrevoked(ctx, l)
	if err != nil {
		return Invitation{}, err
	}
	return Invitation{Identity: at, Session: l.Stream, Report: l.Kind == kindReport, Expires: l.Expires}, nil
}

// unrevoked is whom a link is for that names its protocol and when it was made, and was not withdrawn.
func (a *Access) unrevoked(ctx context.Context, l store.Link) (Identity, error) {
	protocol, at, ok := strings.Cut(l.Ref, "\n")
	made, err := time.Parse(time.RFC3339Nano, at)
	if !ok || err != nil {
		return Identity{}, fmt.Errorf("read a link of %s: it does not say when it was made", l.Person)
	}
	who := Identity{Protocol: protocol, Person: l.Person}
	switch revoked, err := a.revoked(ctx, who, made); {
	case err != nil:
		return Identity{}, err
	case revoked:
		return Identity{}, fault.New(fault.Expired, "This link was withdrawn.").Instead("Sign in, or ask whoever runs this server for a new one.")
	}
	return who, nil
}
