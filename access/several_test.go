package access_test

import (
	"slices"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/fault"
	"tocsin/store"
)

var (
	bridgeJanet = access.Identity{Protocol: "bridge", Person: "janet-r"}
	bridgeOtto  = access.Identity{Protocol: "bridge", Person: "otto"}
)

// also signs in for somebody in the browser that holds a token.
func also(t *testing.T, a *access.Access, who access.Identity, going string) string {
	t.Helper()
	token, _, err := a.SignIn(t.Context(), link(t, a, who), going)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func proves(t *testing.T, a *access.Access, token string, want ...access.Identity) {
	t.Helper()
	got, err := a.Session(t.Context(), token)
	if !slices.Equal(got, want) || (len(want) == 0) != fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the session is of %+v, %v; want %+v", got, err, want)
	}
}

// Who belongs to two protocols signs in for each in one browser, and stays signed in for both.
func TestSignedInForSeveral(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		first := signIn(t, a, janet)
		both := also(t, a, bridgeJanet, first)
		proves(t, a, first) // another token took its place
		proves(t, a, both, bridgeJanet, janet)
		// As somebody else of a team: the newer counts, and the other protocol is left alone.
		third := also(t, a, bridgeOtto, both)
		proves(t, a, third, bridgeOtto, janet)
		// Ending the sessions of one ends only that one.
		time.Sleep(time.Second)
		if err := a.Revoke(t.Context(), bridgeOtto); err != nil {
			t.Fatal(err)
		}
		proves(t, a, third, janet)
		if err := a.SignOut(t.Context(), third); err != nil {
			t.Fatal(err)
		}
		proves(t, a, third)
	})
}

// Each identity lasts as long as a session from its own proof on; signing in for another protocol prolongs nothing, and brings nothing
// back that had ended.
func TestSigningInProlongsNothing(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		token := signIn(t, a, janet)
		for range 20 {
			time.Sleep(24 * time.Hour)
			signedIn(t, a, token, true)
		}
		token = also(t, a, bridgeJanet, token)
		for range 9 {
			time.Sleep(24 * time.Hour)
			proves(t, a, token, bridgeJanet, janet)
		}
		time.Sleep(24 * time.Hour)
		proves(t, a, token, bridgeJanet)

		idle := signIn(t, a, janet)
		time.Sleep(8 * 24 * time.Hour)
		proves(t, a, also(t, a, bridgeJanet, idle), bridgeJanet)
		// A token that never was proves nothing for a new session either.
		proves(t, a, also(t, a, bridgeJanet, "made-up"), bridgeJanet)
	})
}
