// Package access owns who may do what: people's sign-in by one-time link, their sessions, the links of pages, and the
// rights that the plan's teams give. Secrets are shown once and kept only as hashes.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/alexedwards/scs/v2"

	"tocsin/store"
)

// Options are what access is made of.
type Options struct {
	Store    store.Store
	Now      func() time.Time // nil: time.Now
	Random   io.Reader        // of links' secrets; nil: crypto/rand
	Lifetime time.Duration    // of a session, at most; 30 days if zero
	Idle     time.Duration    // after which a session that nobody uses ends; 7 days if zero
}

// Sessions last long, because an emergency tool that asks for a new link at three in the morning fails its team.
const (
	defaultLifetime = 30 * 24 * time.Hour
	defaultIdle     = 7 * 24 * time.Hour
)

// Access signs people in and out. It is safe for concurrent use, also by several processes over one database.
type Access struct {
	store    store.Store
	now      func() time.Time
	random   io.Reader
	lifetime time.Duration
	idle     time.Duration
	sessions *scs.SessionManager
}

// Identity is who somebody has proven to be: a person of one protocol's plan. The same id in another protocol's plan is
// somebody else.
type Identity struct {
	Protocol string
	Person   string
}

// New returns access over a store.
func New(o Options) *Access {
	a := &Access{store: o.Store, now: o.Now, random: o.Random, lifetime: o.Lifetime, idle: o.Idle}
	if a.now == nil {
		a.now = time.Now
	}
	if a.random == nil {
		a.random = rand.Reader
	}
	if a.lifetime <= 0 {
		a.lifetime = defaultLifetime
	}
	if a.idle <= 0 {
		a.idle = defaultIdle
	}
	// scs.New would start a store in memory whose goroutine never ends.
	a.sessions = &scs.SessionManager{
		Lifetime: a.lifetime, HashTokenInStore: true, Codec: scs.GobCodec{}, Store: sessionStore{a.store, a.clock},
	}
	return a
}

func (a *Access) clock() time.Time { return a.now().UTC() }

// secret draws 32 random bytes as text that may stand in a URL.
func (a *Access) secret() (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(a.random, b[:]); err != nil {
		return "", fmt.Errorf("draw a secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// hash is under which a secret is kept: hexadecimal SHA-256.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
