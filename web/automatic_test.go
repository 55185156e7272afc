package web

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"tocsin/arm"
	"tocsin/decision"
	"tocsin/internal/vouch"
	"tocsin/journal"
	"tocsin/plan"
)

// newArmWorld is a world whose plan does something by itself, with a backtest on record.
func newArmWorld(t *testing.T) *world {
	t.Helper()
	return newArmWorldOf(t, nil)
}

// newArmWorldOf is one in which people sign with other keys.
func newArmWorldOf(t *testing.T, keys map[string][]plan.Key) *world {
	t.Helper()
	w := newWorldOf(t, false, func(p *plan.Plan, _ *Options) {
		for i := range p.CoreTeam {
			if k, ok := keys[p.CoreTeam[i].ID]; ok {
				p.CoreTeam[i].Keys = k
			}
		}
		for i := range p.Detectors {
			if d := &p.Detectors[i]; d.ID == "unauthorised-withdrawal" {
				d.Mode, d.ActReason = "act", "Only a thief can do this"
			}
		}
		for i := range p.Issues {
			if p.Issues[i].ID == "stolen-user-funds" {
				p.Issues[i].Automatic = &plan.Automatic{Action: "pause-vault", Detectors: []string{"unauthorised-withdrawal"}, Decision: "pause-contract"}
			}
		}
	})
	test := arm.Test{Detector: "unauthorised-withdrawal", Of: arm.Imprint(w.plan, "unauthorised-withdrawal"), Chain: 31337, From: 1, To: 5000, Blocks: 5000, Verified: true}
	if err := w.engine.RecordTests(t.Context(), w.plan.Protocol, []arm.Test{test}, journal.Actor{Kind: journal.Person, ID: "janet"}); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestArmingOnThePage(t *testing.T) {
	w := newArmWorld(t)
	const at, base = "/automatic", "/automatic/stolen-user-funds"
	janet, carmen, oscar := w.signedIn("janet"), w.signedIn("carmen"), w.signedIn("oscar")
	janet.get("/detectors").markup(`href="/automatic"`)
	janet.get("/detectors/unauthorised-withdrawal").contains("By itself", "not armed")
	janet.get(at).is(http.StatusOK).contains("Not armed.", "in blocks 1 to 5,000", "Ask for the signatures").lacks("Ask to disarm")
	back := at + "#by-itself-stolen-user-funds"
	janet.submit(at, "arm-stolen-user-funds", url.Values{"until": {"24h"}}).to(back)
	janet.get(at).contains("ARM until", "The plan does not ask you to decide on this.", "Withdraw what waits for signatures")
	state, err := w.engine.Arms(t.Context(), w.plan.Protocol)
	if err != nil {
		t.Fatal(err)
	}
	a, ok := state.Open(w.plan, "stolen-user-funds", w.clock())
	if !ok {
		t.Fatal("nothing waits for signatures")
	}
	carmen.get(at).contains("tocsin sign --arming stolen-user-funds").contains(groups(a.Message.With(decision.Approve).Digest().Hex()))
	signed := func(by string) url.Values {
		return url.Values{
			"decision": {strconv.FormatUint(a.Number, 10)}, "choice": {decision.Approve}, "form": {"sign-stolen-user-funds"},
			"signature": {"0x" + hex.EncodeToString(sign(by, a.Message.With(decision.Approve).Digest()))},
		}
	}
	carmen.post(base+"/sign", signed("oscar")).is(http.StatusForbidden).contains("The signature over this message is by")
	janet.post(base+"/sign", signed("carmen")).is(http.StatusForbidden)
	carmen.post(base+"/sign", signed("carmen")).to(back)
	carmen.get(at).contains("You have signed.", "Not armed.")
	oscar.post(base+"/sign", signed("oscar")).to(back)
	janet.get(at).contains("Armed until", "Carmen", "Ask to disarm it", "Arm it anew for").lacks("It does not act now")
	janet.get("/detectors/unauthorised-withdrawal").contains("armed until")

	janet.submit(at, "disarm-stolen-user-funds", url.Values{"why": {" "}}).is(http.StatusUnprocessableEntity).contains("The reason is missing.")
	janet.submit(at, "disarm-stolen-user-funds", url.Values{"why": {"We upgrade the vault"}}).to(back)
	janet.get(at).contains("Janet R wants it disarmed", "We upgrade the vault", "Withdraw that").lacks("I agree: disarm it")
	oscar.get(at).contains("I agree: disarm it", "No: it stays armed")
	oscar.submit(at, "disarm-stolen-user-funds", nil).to(back)
	janet.get(at).contains("Not armed.").lacks("wants it disarmed")
	janet.post(base+"/explode", nil).is(http.StatusNotFound)
	janet.post("/automatic/none/disarm", url.Values{"why": {"x"}}).is(http.StatusNotFound)
	w.stranger().get(at).to("/signin")
	w.stranger().post(base+"/arm", nil).is(http.StatusUnauthorized)
}

// A passkey arms as an account does; a contract alone cannot, and its owner is told why.
func TestArmingByPasskey(t *testing.T) {
	k := vouch.NewPasskey(t, "carmen", "tocsin.example.com")
	w := newArmWorldOf(t, map[string][]plan.Key{"carmen": {k.Key}, "oscar": {{Kind: plan.KeyContract, Chain: 31337, Address: vouch.Address(vouch.Yes)}}})
	a, err := w.engine.Arm(t.Context(), w.plan.Protocol, "stolen-user-funds", time.Time{}, journal.Actor{Kind: journal.Person, ID: "janet"})
	if err != nil {
		t.Fatal(err)
	}
	const at, base = "/automatic", "/automatic/stolen-user-funds"
	signed := func(choice string, sig []byte) url.Values {
		return url.Values{"decision": {strconv.FormatUint(a.Number, 10)}, "choice": {choice}, "form": {"sign-stolen-user-funds"}, "signature": {"0x" + hex.EncodeToString(sig)}}
	}
	yes := a.Message.With(decision.Approve).Digest()
	carmen, oscar := w.signedIn("carmen"), w.signedIn("oscar")
	carmen.get(at).markup("data-passkey", base64.RawURLEncoding.EncodeToString(yes[:]))
	carmen.post(base+"/sign", signed(decision.Approve, k.Sign(t, a.Message.With(decision.Refuse).Digest()))).is(http.StatusForbidden)
	carmen.post(base+"/sign", signed(decision.Approve, k.Sign(t, yes))).to(at + "#by-itself-stolen-user-funds")
	carmen.get(at).contains("You have signed.", "signed with the passkey")
	oscar.get(at).contains("nothing is armed by a contract")
	oscar.post(base+"/sign", signed(decision.Approve, []byte{1, 2})).is(http.StatusForbidden).contains("nothing is armed by a contract")
	state, err := w.engine.Arms(t.Context(), w.plan.Protocol)
	if err != nil {
		t.Fatal(err)
	}
	if x, ok := state.Open(w.plan, "stolen-user-funds", w.clock()); !ok || len(x.Answers) != 1 || x.Answers[0].Signer != decision.SignerOf(k.Key) || x.Follows(w.plan) != nil {
		t.Errorf("%t, %+v", ok, x)
	}
}

func TestNothingByItself(t *testing.T) {
	w := newWorld(t, false)
	w.signedIn("janet").get("/automatic").is(http.StatusOK).contains("The plan does nothing by itself")
}
