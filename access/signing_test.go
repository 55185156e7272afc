package access_test

import (
	"testing"
	"time"

	"tocsin/access"
	"tocsin/fault"
	"tocsin/store"
)

func TestSigningLink(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		janet := access.Identity{Protocol: "vault", Person: "janet"}
		want := access.Signing{Identity: janet, Incident: "2026-11-21-1", Decision: "decision-1", Expires: time.Now().Add(time.Hour)}
		make := func() string {
			t.Helper()
			secret, err := a.SigningLink(t.Context(), want)
			if err != nil {
				t.Fatal(err)
			}
			return secret
		}
		secret := make()
		for range 2 { // looking does not use it up
			got, err := a.Signing(t.Context(), secret)
			if err != nil || got.Identity != janet || got.Incident != want.Incident || got.Decision != want.Decision || !got.Expires.Equal(time.Now().Add(access.MaxSigning)) {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		// It signs nobody in, answers no page, and a sign-in link signs nothing.
		if _, err := a.CheckSignIn(t.Context(), secret); !fault.Is(err, fault.NotFound) {
			t.Errorf("as a sign-in link: %v", err)
		}
		if _, err := a.PageLink(t.Context(), secret); !fault.Is(err, fault.NotFound) {
			t.Errorf("as a page's link: %v", err)
		}
		if _, err := a.Signing(t.Context(), link(t, a, janet)); !fault.Is(err, fault.NotFound) {
			t.Errorf("a sign-in link: %v", err)
		}
		if err := a.UseSigning(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
		if err := a.UseSigning(t.Context(), secret); !fault.Is(err, fault.Expired) {
			t.Errorf("used twice: %v", err)
		}
		if _, err := a.Signing(t.Context(), secret); !fault.Is(err, fault.Expired) {
			t.Errorf("looked at when used: %v", err)
		}

		withdrawn := make()
		time.Sleep(time.Second)
		if err := a.Revoke(t.Context(), janet); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Signing(t.Context(), withdrawn); !fault.Is(err, fault.Expired) {
			t.Errorf("withdrawn: %v", err)
		}
		time.Sleep(time.Second)
		old := make()
		time.Sleep(access.MaxSigning)
		if _, err := a.Signing(t.Context(), old); !fault.Is(err, fault.Expired) {
			t.Errorf("too late: %v", err)
		}
		want.Expires = time.Now()
		if _, err := a.SigningLink(t.Context(), want); !fault.Is(err, fault.Expired) {
			t.Errorf("of an expired decision: %v", err)
		}
		if _, err := a.SigningLink(t.Context(), access.Signing{Identity: janet, Expires: time.Now().Add(time.Hour)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("of no decision: %v", err)
		}
	})
}
