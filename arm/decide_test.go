package arm

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

var start = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// team is the small plan of the incident's stories that does something by itself, edited by pairs of texts.
func team(t *testing.T, edits ...string) *plan.Plan {
	t.Helper()
	b, err := os.ReadFile("../incident/testdata/armed/plan/plan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for i := 0; i+1 < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("the plan does not say %q", edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	p, _, err := plan.Load(fstest.MapFS{"plan.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// desk carries out commands and keeps the state, through the record as it would be stored.
type desk struct {
	t     *testing.T
	plan  *plan.Plan
	state *State
	now   time.Time
	prev  [32]byte
}

func open(t *testing.T) *desk {
	d := &desk{t: t, plan: team(t), state: &State{}, now: start}
	d.do("ada", OpTest{Tests: []Test{d.tested()}})
	return d
}

func (d *desk) tested() Test {
	return Test{Detector: "drain", Of: Imprint(d.plan, "drain"), Chain: 31337, From: 1, To: 9, Blocks: 9}
}

func (d *desk) try(who string, op Op) ([]Event, error) {
	actor := journal.Actor{Kind: journal.Person, ID: who}
	if who == "" {
		actor = journal.Actor{Kind: journal.System}
	}
	events, err := Decide(d.plan, d.state, Command{Actor: actor, Op: op}, d.now)
	if err != nil {
		return nil, err
	}
	d.state = d.state.Next()
	for _, e := range events {
		r, err := journal.Seal(d.prev, journal.Envelope{Stream: "arms/small", Seq: d.state.Version + 1, Kind: e.Kind(), KindV: KindVersion, At: d.now, Actor: actor}, e, salt)
		if err != nil {
			d.t.Fatal(err)
		}
		h, err := Decode(r)
		if err != nil {
			d.t.Fatal(err)
		}
		d.state.Apply(h)
		d.prev = r.Hash
	}
	return events, nil
}

func salt() [16]byte { return [16]byte{1} }

// do carries out a command and returns its events in a word each.
func (d *desk) do(who string, op Op) string {
	d.t.Helper()
	events, err := d.try(who, op)
	if err != nil {
		d.t.Fatalf("%s: %T: %v", who, op, err)
	}
	var words []string
	for _, e := range events {
		w := e.Kind()
		if x, ok := e.(EventEnded); ok {
			w += " " + x.How
		}
		words = append(words, w)
	}
	return strings.Join(words, ", ")
}

func (d *desk) want(got, want string) {
	d.t.Helper()
	if got != want {
		d.t.Errorf("got %q, want %q", got, want)
	}
}

func (d *desk) refused(who string, op Op, code fault.Code, words string) {
	d.t.Helper()
	if _, err := d.try(who, op); !fault.Is(err, code) || !strings.Contains(fault.Sentence(err), words) {
		d.t.Errorf("%s: %T: got %v, want %s with %q", who, op, err, code, words)
	}
}

// sign is a person's answer to what waits for signatures.
func (d *desk) sign(who, choice string) OpAnswer {
	d.t.Helper()
	a, ok := d.state.Open(d.plan, "theft", d.now)
	if !ok {
		d.t.Fatal("nothing waits for signatures")
	}
	k, err := crypto.ToECDSA(evm.Keccak([]byte("tocsin demo key: " + who)).Bytes())
	if err != nil {
		d.t.Fatal(err)
	}
	digest := a.Message.With(choice).Digest()
	sig, err := crypto.Sign(digest[:], k)
	if err != nil {
		d.t.Fatal(err)
	}
	return OpAnswer{Number: a.Number, Choice: choice, Signature: sig}
}

func (d *desk) arm() {
	d.t.Helper()
	d.want(d.do("ada", OpArm{Issue: "theft"}), "arm-asked")
	d.want(d.do("ben", d.sign("ben", decision.Approve)), "arm-answered")
	if got := d.do("cyd", d.sign("cyd", decision.Approve)); !strings.HasSuffix(got, "armed") {
		d.t.Fatalf("got %q", got)
	}
}

func (d *desk) why() string {
	_, why := Ready(d.plan, d.state, "theft", d.now)
	return why
}

func TestArmed(t *testing.T) {
	d := open(t)
	d.want(d.why(), "It is not armed.")
	d.arm()
	a, ok := d.state.Of(d.plan, "theft", d.now)
	if !ok || !a.Until.Equal(start.Add(72*time.Hour)) || d.why() != "" || NextDue(d.plan, d.state) != a.Until {
		t.Fatalf("armed %t until %s; why not: %s", ok, a.Until, d.why())
	}
	d.refused("ben", OpAnswer{Number: a.Number, Choice: decision.Approve}, fault.Conflict, "armed already")
	d.now = start.Add(time.Hour)
	d.want(d.do("dan", OpArm{Issue: "theft"}), "arm-asked")
	d.do("ben", d.sign("ben", decision.Approve))
	d.want(d.do("cyd", d.sign("cyd", decision.Approve)), "arm-answered, arm-ended replaced, armed")
	b, _ := d.state.Of(d.plan, "theft", d.now)
	if b.Number != 2 || len(d.state.Arms) != 1 {
		t.Errorf("armed by %d of %d", b.Number, len(d.state.Arms))
	}
	d.now = b.Until
	d.want(d.why(), "It is not armed any more: that ended at 24 November 11:00 UTC.")
	d.want(d.do("", OpTick{}), "arm-ended over")
	d.want(d.do("", OpTick{}), "")
}

func TestAskingEnds(t *testing.T) {
	d := open(t)
	d.do("ada", OpArm{Issue: "theft", Until: start.Add(2 * time.Hour)})
	d.refused("dan", OpArm{Issue: "theft"}, fault.Conflict, "waits for signatures")
	d.want(d.do("dan", OpDisarm{Issue: "theft"}), "arm-ended withdrawn")
	d.do("ada", OpArm{Issue: "theft"})
	d.want(d.do("cyd", d.sign("cyd", decision.Refuse)), "arm-answered, arm-ended refused")
	d.do("ada", OpArm{Issue: "theft"})
	late := d.sign("ben", decision.Approve)
	d.now = start.Add(time.Hour)
	d.refused("ben", late, fault.NotFound, "Ask for it to be armed again")
	d.want(d.do("", OpTick{}), "arm-ended lapsed")
}

func TestNewerPlanDisarms(t *testing.T) {
	d := open(t)
	d.arm()
	d.plan = team(t, "name: Small Vault", "name: Smaller Vault")
	d.want(d.why(), "It is not armed any more: another plan is in force than it was signed under.")
	d.want(d.do("", OpTick{}), "arm-ended changed")
	d.plan = team(t, "mode: act, act_together: odd, asset: vault, transaction: true", "mode: act, act_together: odd, asset: vault, function: pause()")
	d.refused("ada", OpArm{Issue: "theft"}, fault.Invalid, "No backtest of Drain is on record")
}

func TestRate(t *testing.T) {
	d := open(t)
	d.arm()
	use := EventUsed{Number: 1, Issue: "theft", Incident: "i", Decision: "decision-1"}
	d.want(d.do("", OpUse{use}), "arm-used")
	d.want(d.why(), "It has acted once within 1d already, the first at 21 November 10:00 UTC; the plan lets it act no more than that.")
	d.refused("", OpUse{EventUsed{Number: 1, Issue: "theft", Incident: "j", Decision: "decision-1"}}, fault.Conflict, "acted once")
	d.want(d.do("", OpReturn{EventReturned{Number: 1, Incident: "i", Decision: "decision-1"}}), "arm-returned")
	d.want(d.do("", OpReturn{EventReturned{Number: 1, Incident: "i", Decision: "decision-1"}}), "")
	d.want(d.why(), "")
	d.do("", OpUse{use})
	d.now = start.Add(24*time.Hour - time.Second)
	if d.why() == "" {
		t.Error("it acts again within the day")
	}
	d.now = start.Add(24 * time.Hour)
	d.want(d.why(), "")
	d.refused("ada", OpUse{use}, fault.Forbidden, "Only Tocsin itself")
	d.refused("", OpUse{EventUsed{Number: 9, Issue: "theft"}}, fault.Conflict, "another arming")
}

func TestRefused(t *testing.T) {
	d := open(t)
	for _, c := range []struct {
		who   string
		op    Op
		code  fault.Code
		words string
	}{
		{"eve", OpArm{Issue: "theft"}, fault.Forbidden, "not of the core team"},
		{"police", OpArm{Issue: "theft"}, fault.Forbidden, "organisation"},
		{"mallory", OpArm{Issue: "theft"}, fault.Forbidden, "not a person"},
		{"ada", OpArm{Issue: "thefts"}, fault.NotFound, "Did you mean theft?"},
		{"ada", OpArm{Issue: "outage"}, fault.Invalid, "nothing about"},
		{"ada", OpArm{Issue: "theft", Until: start}, fault.Invalid, "over already"},
		{"ada", OpArm{Issue: "theft", Until: start.Add(73 * time.Hour)}, fault.Invalid, "3d at most"},
		{"ben", OpAnswer{Number: 7}, fault.NotFound, "number 7"},
		{"ada", OpTest{Tests: []Test{{Detector: "drain", Of: "x", Blocks: 1}}}, fault.Invalid, "not the detector"},
		{"ada", OpTest{Tests: []Test{{Detector: "none", Blocks: 1}}}, fault.Invalid, "no detector"},
		{"ada", nil, fault.Invalid, "does not know"},
	} {
		d.refused(c.who, c.op, c.code, c.words)
	}
	if _, err := Decode(journal.Record{}); err == nil {
		t.Error("nothing is taken for an event")
	}
}

func TestUnfit(t *testing.T) {
	i, _ := team(t).Issue("theft")
	if flaws := Unfit(team(t), &i); len(flaws) != 0 {
		t.Fatalf("a sound plan has %+v", flaws)
	}
	for name, edit := range map[string][]string{
		"not authorised":  {"decision: pause, within: 3d", "decision: resume, within: 3d"},
		"not in mode act": {"mode: act, act_together: odd", "mode: page"},
		"cheap":           {"{ id: drain, name: Drain, kind: match, mode: act, act_together: odd, asset: vault, transaction: true }", "{ id: drain, name: Drain, kind: spike, mode: act, act_reason: x, asset: vault, metric: transactions, window: 1m }"},
		"alone":           {", act_together: odd", ""},
		"another issue's": {"detection: { detectors: [drain, odd] }", "detection: { detectors: [odd] }"},
		"its own veto":    {"detectors: [drain], decision", "detectors: [drain], veto: [drain], decision"},
		"too long":        {"within: 3d", "within: 31d"},
		"a Safe's":        {"    kind: call\n    asset: vault\n    function: pause()", "    kind: safe\n    asset: vault\n    safe: council\n    function: pause()", "  - id: vault\n", "  - { id: council, name: Council, kind: contract, chain: 31337, address: \"0x4FD6FB1f80958251B53A4DE0757A498110e9d1b1\" }\n  - id: vault\n"},
		"by a contract":   {`{ address: "0xaAa6b84Dc0C4b0238cC3dB4fe105595FcC4991EB" }`, `{ kind: contract, chain: 31337, address: "0xaAa6b84Dc0C4b0238cC3dB4fe105595FcC4991EB" }`, "    stand_ins: [{ for: cyd, who: dan, after: 10m }]\n", ""},
	} {
		p := team(t, edit...)
		i, _ := p.Issue("theft")
		flaws := Unfit(p, &i)
		if f, ok := Unsigned(p, &i, start); ok {
			flaws = append(flaws, f)
		}
		if len(flaws) != 1 || flaws[0].Say == "" || flaws[0].Mend == "" {
			t.Errorf("%s: %+v", name, flaws)
		}
		s := Look(p, &State{}, start)
		if len(s) != 1 || len(s[0].Unfit) != 1 || s[0].Ready {
			t.Errorf("%s: %+v", name, s)
		}
	}
}
