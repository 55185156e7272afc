package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// kindSigning is a link to one decision, for one person to hand in one signature. It is no session: it shows the decision and takes a
// signature of that person's own key, which proves itself.
const kindSigning = "signing"

// MaxSigning is how long a signing link works.
const MaxSigning = 15 * time.Minute

// Signing is what a signing link is for.
type Signing struct {
	Identity
	Incident string
	Decision string // of the incident
	Expires  time.Time
}

// SigningLink makes a signing link and returns its secret. It works until its expiry, and for at most MaxSigning.
func (a *Access) SigningLink(ctx context.Context, s Signing) (secret string, err error) {
	if s.Protocol == "" || s.Person == "" || s.Incident == "" || s.Decision == "" {
		return "", fault.New(fault.Invalid, "A signing link is for a person and a decision.")
	}
	now := a.clock()
	if !now.Before(s.Expires) {
		return "", fault.New(fault.Expired, "This could be signed until %s.", s.Expires.UTC().Format("15:04:05 UTC"))
	}
	if most := now.Add(MaxSigning); s.Expires.After(most) {
		s.Expires = most
	}
	if secret, err = a.secret(); err != nil {
		return "", err
	}
	// No id holds a line end, so that one parts them here.
	ref := strings.Join([]string{s.Protocol, s.Decision, now.Format(time.RFC3339Nano)}, "\n")
	l := store.Link{Hash: hash(secret), Kind: kindSigning, Person: s.Person, Stream: s.Incident, Ref: ref, Expires: s.Expires}
	if err := a.store.PutLink(ctx, l); err != nil {
		return "", fmt.Errorf("keep the signing link of %s: %w", s.Person, err)
	}
	return secret, nil
}

// Signing says what a signing link is for, without using it: programs that follow links must not use one up.
func (a *Access) Signing(ctx context.Context, secret string) (Signing, error) {
	l, err := a.link(ctx, kindSigning, secret)
	if err != nil {
		return Signing{}, err
	}
	if !l.Used.IsZero() {
		return Signing{}, signedBy()
	}
	ref := strings.Split(l.Ref, "\n")
	if len(ref) != 3 {
		return Signing{}, fmt.Errorf("read the signing link of %s: it names %d things", l.Person, len(ref))
	}
	made, err := time.Parse(time.RFC3339Nano, ref[2])
	if err != nil {
		return Signing{}, fmt.Errorf("read when the signing link of %s was made: %w", l.Person, err)
	}
	s := Signing{Identity: Identity{Protocol: ref[0], Person: l.Person}, Incident: l.Stream, Decision: ref[1], Expires: l.Expires}
	revoked, err := a.revoked(ctx, s.Identity, made)
	if err != nil {
		return Signing{}, err
	}
	if revoked {
		return Signing{}, fault.New(fault.Expired, "This link was withdrawn.").Instead("Sign in, or ask whoever runs this server for a new one.")
	}
	return s, nil
}

// UseSigning uses a signing link up, once a signature was taken by it.
func (a *Access) UseSigning(ctx context.Context, secret string) error {
	switch _, err := a.store.UseLink(ctx, hash(secret), a.clock()); {
	case errors.Is(err, store.ErrConflict):
		return signedBy()
	case err != nil:
		return fmt.Errorf("use a signing link: %w", err)
	}
	return nil
}

func signedBy() error {
	return fault.New(fault.Expired, "A signature was handed in by this link already: each takes one.").Instead("Make another on the decision's page.")
}
