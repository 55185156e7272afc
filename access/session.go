package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"

	"tocsin/fault"
	"tocsin/store"
)

// A session is a row that is written once, under the hash of its token, and deleted at sign-out. Beside it lies a row that
// lives as long as the session is used: were both one, a request on its way could bring back a session that was ended.
// A third row, per person, says before when nothing of theirs counts.
const (
	seenRow    = "seen:"
	revokedRow = "revoked:"
)

// touchEvery is how long a session may be used before that is written down again.
const touchEvery = time.Minute

// begin starts a session, in place of the one that goes on.
func (a *Access) begin(ctx context.Context, who Identity, going string) (token string, expires time.Time, err error) {
	fail := func(err error) (string, time.Time, error) {
		return "", time.Time{}, fmt.Errorf("begin a session of %s: %w", who.Person, err)
	}
	before, _, err := a.load(ctx, going)
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		return fail(err)
	}
	now := a.clock()
	list := []proven{{Identity: who, Begun: now}}
	for _, x := range before {
		if x.Protocol != who.Protocol {
			list = append(list, x)
		}
	}
	sctx, err := a.sessions.Load(ctx, "")
	if err != nil {
		return fail(err)
	}
	if err := a.keep(sctx, list); err != nil {
		return fail(err)
	}
	if token, _, err = a.sessions.Commit(sctx); err != nil {
		return fail(err)
	}
	if err := a.touch(ctx, token, now); err != nil {
		return fail(err)
	}
	if len(before) > 0 {
		if err := a.SignOut(ctx, going); err != nil {
			return fail(err)
		}
	}
	return token, now.Add(a.lifetime), nil
}

// Session says whose session a token belongs to, of each protocol one identity, the one proven last first: an unauthenticated fault if
// it belongs to none, was ended or has expired.
func (a *Access) Session(ctx context.Context, token string) ([]Identity, error) {
	list, seen, err := a.load(ctx, token)
	if err != nil {
		return nil, err
	}
	now := a.clock()
	if now.Sub(seen) >= touchEvery {
		if err := a.touch(ctx, token, now); err != nil {
			return nil, err
		}
	}
	who := make([]Identity, len(list))
	for i, x := range list {
		who[i] = x.Identity
	}
	return who, nil
}

// load returns what a session proves that still counts, and when it was used last.
func (a *Access) load(ctx context.Context, token string) (list []proven, seen time.Time, err error) {
	if token == "" {
		return nil, seen, signedOut()
	}
	sctx, err := a.sessions.Load(ctx, token)
	if err != nil {
		return nil, seen, fmt.Errorf("load a session: %w", err)
	}
	now := a.clock()
	for _, x := range a.kept(sctx) {
		if !now.Before(x.Begun.Add(a.lifetime)) {
			continue
		}
		revoked, err := a.revoked(ctx, x.Identity, x.Begun)
		if err != nil {
			return nil, seen, err
		}
		if !revoked {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return nil, seen, signedOut()
	}
	seen, ok, err := a.time(ctx, seenRow+hash(token))
	switch {
	case err != nil:
		return nil, seen, err
	case !ok:
		return nil, seen, signedOut()
	}
	return list, seen, nil
}

// SignOut ends a session, of all protocols; ending one that is over is no error.
func (a *Access) SignOut(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	sctx, err := a.sessions.Load(ctx, token)
	if err != nil {
		return fmt.Errorf("load a session: %w", err)
	}
	if a.sessions.GetString(sctx, fieldPerson) == "" {
		return nil
	}
	if err := a.sessions.Destroy(sctx); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return a.store.DeleteSession(ctx, seenRow+hash(token))
}

// Revoke ends all sessions of a person and withdraws all sign-in links that they have not used.
func (a *Access) Revoke(ctx context.Context, who Identity) error {
	now := a.clock()
	// What was begun until now is over by itself once the longest session and the longest link have run out.
	over := now.Add(max(a.lifetime, maxLink))
	if err := a.store.PutSession(ctx, revokedRow+who.Protocol+"/"+who.Person, []byte(now.Format(time.RFC3339Nano)), over); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", who.Person, err)
	}
	return nil
}

// revoked reports whether something of a person's that began at a time counts no longer.
func (a *Access) revoked(ctx context.Context, who Identity, begun time.Time) (bool, error) {
	at, ok, err := a.time(ctx, revokedRow+who.Protocol+"/"+who.Person)
	return ok && !begun.After(at), err
}

func (a *Access) touch(ctx context.Context, token string, now time.Time) error {
	if err := a.store.PutSession(ctx, seenRow+hash(token), []byte(now.Format(time.RFC3339Nano)), now.Add(a.idle)); err != nil {
		return fmt.Errorf("note that a session is used: %w", err)
	}
	return nil
}

// time reads a row that holds a time; false if there is none, or none any more.
func (a *Access) time(ctx context.Context, row string) (time.Time, bool, error) {
	b, err := a.store.Session(ctx, row, a.clock())
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("load a session: %w", err)
	}
	at, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return time.Time{}, false, fmt.Errorf("read a session: %w", err)
	}
	return at, true, nil
}

func signedOut() error {
	return fault.New(fault.Unauthenticated, "You are not signed in.").Instead("Ask whoever runs this server for a link.")
}

// sessionStore is the store as scs wants it.
type sessionStore struct {
	store store.Store
	now   func() time.Time
}

var _ scs.CtxStore = sessionStore{}

// FindCtx returns a session's bytes.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	b, err := s.store.Session(ctx, token, s.now())
	if errors.Is(err, store.ErrNotFound) {
		return nil, false, nil
	}
	return b, err == nil, err
}

// CommitCtx keeps a session's bytes.
func (s sessionStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	return s.store.PutSession(ctx, token, b, expiry)
}

// DeleteCtx forgets a session.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.store.DeleteSession(ctx, token)
}

// Find is FindCtx.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx.
func (s sessionStore) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// Delete is DeleteCtx.
func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
