package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// The kinds of links. A page's link is made by the engine together with the page.
const (
	kindSignIn = "sign-in"
	kindPage   = "page"
)

// maxLink is how long a sign-in link may stand unused.
const maxLink = 30 * 24 * time.Hour

// SignInLink makes a link that signs a person in once, until ttl has passed, and returns its secret. The caller says
// whether the plan in force names that person.
func (a *Access) SignInLink(ctx context.Context, who Identity, ttl time.Duration) (string, error) {
	if who.Protocol == "" || who.Person == "" {
		return "", fault.New(fault.Invalid, "A sign-in link is for a person of a protocol's plan.")
	}
	if ttl <= 0 || ttl > maxLink {
		return "", fault.New(fault.Invalid, "A link works for more than nothing and at most 30 days.")
	}
	secret, err := a.secret()
	if err != nil {
		return "", err
	}
	now := a.clock()
	// A sign-in link belongs to no stream and no page: these two columns hold its protocol and when it was made.
	l := store.Link{
		Hash: hash(secret), Kind: kindSignIn, Person: who.Person, Stream: who.Protocol, Ref: now.Format(time.RFC3339Nano), Expires: now.Add(ttl),
	}
	if err := a.store.PutLink(ctx, l); err != nil {
		return "", fmt.Errorf("keep the sign-in link of %s: %w", who.Person, err)
	}
	return secret, nil
}

// CheckSignIn says whom a sign-in link is for, without using it: programs that follow links must not use one up.
func (a *Access) CheckSignIn(ctx context.Context, secret string) (Identity, error) {
	l, err := a.link(ctx, kindSignIn, secret)
	if err != nil {
		return Identity{}, err
	}
	if !l.Used.IsZero() {
		return Identity{}, usedUp()
	}
	who := Identity{Protocol: l.Stream, Person: l.Person}
	made, err := time.Parse(time.RFC3339Nano, l.Ref)
	if err != nil {
		return Identity{}, fmt.Errorf("read when the sign-in link of %s was made: %w", l.Person, err)
	}
	revoked, err := a.revoked(ctx, who, made)
	if err != nil {
		return Identity{}, err
	}
	if revoked {
		return Identity{}, fault.New(fault.Expired, "This link was withdrawn.").Instead("%s", askForLink)
	}
	return who, nil
}

// SignIn uses a sign-in link up and begins a session. The token goes into the browser's cookie until it expires. It takes the place of
// the session that goes on in the browser, if one does: whoever is signed in for other protocols there stays so. With a protocol of
// theirs the newer identity counts: nobody acts as two people of one team at once.
func (a *Access) SignIn(ctx context.Context, secret, going string) (token string, expires time.Time, err error) {
	who, err := a.CheckSignIn(ctx, secret)
	if err != nil {
		return "", time.Time{}, err
	}
	switch _, err := a.store.UseLink(ctx, hash(secret), a.clock()); {
	case errors.Is(err, store.ErrConflict):
		return "", time.Time{}, usedUp()
	case err != nil:
		return "", time.Time{}, fmt.Errorf("use the sign-in link of %s: %w", who.Person, err)
	}
	return a.begin(ctx, who, going)
}

// Page is what a page's link is for: one person's answer to one call.
type Page struct {
	Incident string
	Page     string
	Person   string
	Expires  time.Time
}

// PageLink says which page a link belongs to. The link may be used again until it expires, for answering and nothing else.
func (a *Access) PageLink(ctx context.Context, secret string) (Page, error) {
	l, err := a.link(ctx, kindPage, secret)
	if err != nil {
		return Page{}, err
	}
	return Page{Incident: l.Stream, Page: l.Ref, Person: l.Person, Expires: l.Expires}, nil
}

const askForLink = "Ask whoever runs this server for a new one."

func usedUp() error {
	return fault.New(fault.Expired, "This link has been used already: each signs in once.").Instead("%s", askForLink)
}

// link finds a link of a kind that has not expired.
func (a *Access) link(ctx context.Context, kind, secret string) (store.Link, error) {
	again := askForLink
	if kind == kindPage {
		again = "Use the newest message that called you, or sign in."
	}
	if kind == kindSigning {
		again = "Make another on the decision's page."
	}
	if kind == kindInvitation || kind == kindReport {
		again = "Use the newest message about the exercise, or sign in."
	}
	l, err := a.store.Link(ctx, hash(secret))
	if errors.Is(err, store.ErrNotFound) || err == nil && l.Kind != kind {
		return store.Link{}, fault.New(fault.NotFound, "This link is not known here.").Instead("Check that it was copied whole. %s", again)
	}
	if err != nil {
		return store.Link{}, fmt.Errorf("look a link up: %w", err)
	}
	if !a.clock().Before(l.Expires) {
		return store.Link{}, fault.New(fault.Expired, "This link worked until %s.", l.Expires.UTC().Format("2 January 2006, 15:04 UTC")).Instead("%s", again)
	}
	return l, nil
}
