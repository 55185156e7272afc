package access_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/access"
	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/memory"
)

var janet = access.Identity{Protocol: "vault", Person: "janet-r"}

// inTime runs a test whose clock stands still unless it sleeps.
func inTime(t *testing.T, test func(*testing.T, *access.Access, store.Store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		test(t, access.New(access.Options{Store: st}), st)
	})
}

func link(t *testing.T, a *access.Access, who access.Identity) string {
	t.Helper()
	secret, err := a.SignInLink(t.Context(), who, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func signIn(t *testing.T, a *access.Access, who access.Identity) string {
	t.Helper()
	token, _, err := a.SignIn(t.Context(), link(t, a, who), "")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func signedIn(t *testing.T, a *access.Access, token string, want bool) {
	t.Helper()
	who, err := a.Session(t.Context(), token)
	switch {
	case want && (err != nil || !slices.Equal(who, []access.Identity{janet})):
		t.Errorf("session of %+v, %v; want %+v", who, err, janet)
	case !want && !fault.Is(err, fault.Unauthenticated):
		t.Errorf("session of %+v, %v; want unauthenticated", who, err)
	}
}

func TestLinkSignsInOnce(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		secret := link(t, a, janet)
		for range 3 { // scanners look at it
			if who, err := a.CheckSignIn(t.Context(), secret); err != nil || who != janet {
				t.Fatalf("CheckSignIn = %+v, %v", who, err)
			}
		}
		token, expires, err := a.SignIn(t.Context(), secret, "")
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Now().Add(30 * 24 * time.Hour); !expires.Equal(want) {
			t.Errorf("expires %v, want %v", expires, want)
		}
		signedIn(t, a, token, true)
		if _, _, err := a.SignIn(t.Context(), secret, ""); !fault.Is(err, fault.Expired) {
			t.Errorf("second use: %v, want expired", err)
		}
		if _, err := a.CheckSignIn(t.Context(), secret); !fault.Is(err, fault.Expired) {
			t.Errorf("look at a used one: %v, want expired", err)
		}
	})
}

func TestOneOfManySignsIn(t *testing.T) {
	a := access.New(access.Options{Store: memory.New(nil)})
	secret := link(t, a, janet)
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, _, err := a.SignIn(context.Background(), secret, "")
			if err == nil {
				won.Add(1)
			} else if !fault.Is(err, fault.Expired) {
				t.Errorf("SignIn: %v, want expired", err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 16 signed in by one link", won.Load())
	}
}

func TestLinkEnds(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		secret := link(t, a, janet)
		time.Sleep(time.Hour - time.Millisecond)
		if _, err := a.CheckSignIn(t.Context(), secret); err != nil {
			t.Errorf("just before its end: %v", err)
		}
		time.Sleep(time.Millisecond)
		if _, _, err := a.SignIn(t.Context(), secret, ""); !fault.Is(err, fault.Expired) {
			t.Errorf("at its end: %v, want expired", err)
		}
	})
}

func TestUnknownLinks(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, st store.Store) {
		page := store.Link{Hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Kind: "page", Person: "janet-r", Stream: "2026-12-06-1", Ref: "page-1", Expires: time.Now().Add(time.Hour)}
		if err := st.PutLink(t.Context(), page); err != nil {
			t.Fatal(err)
		}
		secret := link(t, a, janet)
		for _, s := range []string{"", "x", secret + "x", secret[1:], strings.ToUpper(secret), "test"} { // test is the page's
			if _, err := a.CheckSignIn(t.Context(), s); !fault.Is(err, fault.NotFound) {
				t.Errorf("CheckSignIn(%q): %v, want not found", s, err)
			}
			if _, _, err := a.SignIn(t.Context(), s, ""); !fault.Is(err, fault.NotFound) {
				t.Errorf("SignIn(%q): %v, want not found", s, err)
			}
		}
		for _, s := range []string{"", "x", "Test", secret} {
			if _, err := a.PageLink(t.Context(), s); !fault.Is(err, fault.NotFound) {
				t.Errorf("PageLink(%q): %v, want not found", s, err)
			}
		}
		for range 2 { // it may be used again
			got, err := a.PageLink(t.Context(), "test")
			if err != nil || got.Incident != "2026-12-06-1" || got.Page != "page-1" || got.Person != "janet-r" {
				t.Errorf("PageLink = %+v, %v", got, err)
			}
		}
		time.Sleep(time.Hour)
		if _, err := a.PageLink(t.Context(), "test"); !fault.Is(err, fault.Expired) {
			t.Errorf("PageLink at its end: %v, want expired", err)
		}
	})
}

func TestLinkIsForSomebodyAndSomeTime(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		for _, ttl := range []time.Duration{0, -time.Second, 31 * 24 * time.Hour} {
			if _, err := a.SignInLink(t.Context(), janet, ttl); !fault.Is(err, fault.Invalid) {
				t.Errorf("ttl %v: %v, want invalid", ttl, err)
			}
		}
		for _, who := range []access.Identity{{}, {Protocol: "vault"}, {Person: "janet-r"}} {
			if _, err := a.SignInLink(t.Context(), who, time.Hour); !fault.Is(err, fault.Invalid) {
				t.Errorf("link for %+v: %v, want invalid", who, err)
			}
		}
	})
	if _, err := access.New(access.Options{Store: memory.New(nil), Random: strings.NewReader("short")}).SignInLink(t.Context(), janet, time.Hour); err == nil {
		t.Error("a link was made without enough randomness")
	}
}

func TestSessionEnds(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		token := signIn(t, a, janet)
		for _, other := range []string{"", "x", token + "x", strings.ToLower(token), "seen:" + token, "revoked:vault/janet-r"} {
			signedIn(t, a, other, false)
		}
		if err := a.SignOut(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		signedIn(t, a, token, false)
		for _, again := range []string{token, "", "x"} {
			if err := a.SignOut(t.Context(), again); err != nil {
				t.Errorf("SignOut(%q): %v", again, err)
			}
		}
	})
}

func TestSessionEndsWhenIdle(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		used, left := signIn(t, a, janet), signIn(t, a, janet)
		for range 3 {
			time.Sleep(6 * 24 * time.Hour)
			signedIn(t, a, used, true)
		}
		signedIn(t, a, left, false)
	})
}

func TestSessionEndsHoweverMuchItIsUsed(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		token := signIn(t, a, janet)
		for range 29 {
			time.Sleep(24 * time.Hour)
			signedIn(t, a, token, true)
		}
		time.Sleep(24 * time.Hour)
		signedIn(t, a, token, false)
	})
}

func TestRevoke(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		token, unused := signIn(t, a, janet), link(t, a, janet)
		namesake := access.Identity{Protocol: "bridge", Person: "janet-r"}
		other := signIn(t, a, namesake)
		if err := a.Revoke(t.Context(), janet); err != nil {
			t.Fatal(err)
		}
		signedIn(t, a, token, false)
		if _, _, err := a.SignIn(t.Context(), unused, ""); !fault.Is(err, fault.Expired) {
			t.Errorf("an unused link after that: %v, want expired", err)
		}
		if who, err := a.Session(t.Context(), other); err != nil || !slices.Equal(who, []access.Identity{namesake}) {
			t.Errorf("the same id in another plan: %+v, %v", who, err)
		}
		time.Sleep(time.Microsecond)
		fresh := signIn(t, a, janet)
		signedIn(t, a, fresh, true)
		time.Sleep(6 * 24 * time.Hour)
		signedIn(t, a, fresh, true)
		signedIn(t, a, token, false)
	})
}

// spy keeps all that is written to a store.
type spy struct {
	store.Store
	seen bytes.Buffer
}

func (s *spy) PutLink(ctx context.Context, l store.Link) error {
	s.seen.WriteString(l.Hash + l.Person + l.Stream + l.Ref)
	return s.Store.PutLink(ctx, l)
}

func (s *spy) PutSession(ctx context.Context, token string, data []byte, expires time.Time) error {
	s.seen.WriteString(token)
	s.seen.Write(data)
	return s.Store.PutSession(ctx, token, data, expires)
}

func TestSecretsAreNotKept(t *testing.T) {
	s := &spy{Store: memory.New(nil)}
	a := access.New(access.Options{Store: s})
	secret := link(t, a, janet)
	token, _, err := a.SignIn(t.Context(), secret, "")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.seen.String(), janet.Person) {
		t.Fatal("the spy saw nothing")
	}
	for _, x := range []string{secret, token} {
		if len(x) < 43 {
			t.Errorf("secret %q has fewer than 32 bytes", x)
		}
		if strings.Contains(s.seen.String(), x) {
			t.Errorf("the store was given the secret %q", x)
		}
	}
}

// broken is a store that does not answer.
type broken struct{ store.Store }

var errBroken = errors.New("disk on fire")

func (broken) Link(context.Context, string) (store.Link, error) { return store.Link{}, errBroken }
func (broken) Session(context.Context, string, time.Time) ([]byte, error) {
	return nil, errBroken
}

func TestBrokenStoreIsNoRefusal(t *testing.T) {
	a := access.New(access.Options{Store: broken{memory.New(nil)}})
	if _, err := a.PageLink(t.Context(), "x"); !errors.Is(err, errBroken) {
		t.Errorf("PageLink: %v, want the store's error", err)
	}
	if _, err := a.Session(t.Context(), "x"); !errors.Is(err, errBroken) {
		t.Errorf("Session: %v, want the store's error", err)
	}
	if err := a.SignOut(t.Context(), "x"); !errors.Is(err, errBroken) {
		t.Errorf("SignOut: %v, want the store's error", err)
	}
}
