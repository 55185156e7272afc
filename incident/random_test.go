package incident_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/internal/picture"
	"tocsin/plan"
)

// TestRandomCourses drives incidents with random commands, most of them sensible; the world and its ledger judge.
func TestRandomCourses(t *testing.T) {
	courses := 60
	if testing.Short() {
		courses = 10
	}
	plans := []*plan.Plan{loadPlan(t, "testdata/plan"), loadPlan(t, "../examples/vault"), loadPlan(t, "testdata/harbour/plan")}
	plans[1].Issues = plans[1].Issues[:4] // with more of them, each would be walked too seldom to come far
	reached := map[incident.Phase]int{}
	accepted := map[string]int{}
	moved := &moves{seen: map[picture.Move]bool{}}
	for seed := range courses {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			c := &course{world: newWorld(t, plans[seed%len(plans)]), rand: rand.New(rand.NewPCG(uint64(seed), 1))}
			c.moved = moved
			for range 160 {
				cmd := c.command()
				if _, err := c.do(cmd); err == nil {
					accepted[fmt.Sprintf("%T", cmd.Op)]++
				}
				reached[c.state.Phase]++
				c.now = c.now.Add(time.Duration(c.rand.Int64N(int64(c.pace()))))
			}
			c.replays()
		})
	}
	arrows := moved.undrawn(t)
	stories := storied(t).seen
	for _, x := range sorted(arrows) {
		if !moved.seen[x] && !stories[x] && x.Machine != "Delivery" && !testing.Short() {
			t.Errorf("docs/machines.md draws it, and it never happens: %s", x)
		}
	}
	for _, p := range append(incident.Phases[:], incident.Dismissed) {
		if reached[p] == 0 && !testing.Short() {
			t.Errorf("no course ever reached the phase %s", p)
		}
	}
	for _, op := range []incident.Op{
		incident.OpOpen{},
		incident.OpFind{},
		incident.OpRetract{},
		incident.OpAnswer{},
		incident.OpTakeRole{},
		incident.OpValidate{},
		incident.OpDismiss{},
		incident.OpSeverity{},
		incident.OpBeginStep{},
		incident.OpEndStep{},
		incident.OpPropose{},
		incident.OpApprove{},
		incident.OpOutcome{},
		incident.OpSigned{},
		incident.OpSent{},
		incident.OpLanded{},
		incident.OpUnlanded{},
		incident.OpEffect{},
		incident.OpFailed{},
		incident.OpRetry{},
		incident.OpWaits{},
		incident.OpFilled{},
		incident.OpPost{},
		incident.OpContain{},
		incident.OpResolve{},
		incident.OpClose{},
		incident.OpReopen{},
		incident.OpNote{},
		incident.OpWaive{},
		incident.OpReinstate{},
		incident.OpPin{},
		incident.OpAnswerStep{},
		incident.OpUndoStep{},
		incident.OpAddStep{},
		incident.OpAttach{},
		incident.OpTick{},
		incident.OpHandOver{},
		incident.OpAccept{},
		incident.OpDecline{},
		incident.OpLeave{},
		incident.OpCorrect{},
		incident.OpDistrust{},
		incident.OpTrust{},
		incident.OpRestrict{},
		incident.OpReveal{},
		incident.OpMerge{},
		incident.OpAbsorb{},
		incident.OpRelease{},
		incident.OpAdopt{},
	} {
		if accepted[fmt.Sprintf("%T", op)] == 0 && !testing.Short() {
			t.Errorf("no course ever had a %T accepted", op)
		}
	}
}

// course is a world in which things happen at random.
type course struct {
	*world
	rand  *rand.Rand
	block uint64
	found int
}

// pace is about how long until the next command, so that both rushes and long waits occur.
func (c *course) pace() time.Duration {
	switch c.rand.IntN(20) {
	case 0:
		return 2 * time.Hour
	case 1, 2, 3:
		return 5 * time.Minute
	}
	return 10 * time.Second
}

func (c *course) chance(n int) bool { return c.rand.IntN(n) == 0 }

func pick[T any](c *course, list []T) T {
	var none T
	if len(list) == 0 {
		return none
	}
	return list[c.rand.IntN(len(list))]
}

func (c *course) anyone() string {
	if c.chance(5) {
		return pick(c, c.plan.ExtendedTeam).ID
	}
	return pick(c, c.plan.CoreTeam).ID
}

// command makes the next command: now and then any, mostly one that somebody has reason to give.
func (c *course) command() incident.Command {
	c.block += c.rand.Uint64N(3)
	if c.state.ID == "" {
		return c.opening()
	}
	switch c.rand.IntN(12) {
	case 0:
		return incident.Command{Actor: actorOf("clock"), Op: incident.OpTick{Watched: map[uint64]incident.Watched{31337: {Block: c.block, At: c.now}}}}
	case 1:
		return c.machine()
	case 2, 3, 4, 5, 6:
		if op, who := c.task(); op != nil {
			return incident.Command{Actor: asPerson(who), Op: op}
		}
	case 7, 8, 9:
		if op := c.executor(); op != nil {
			return incident.Command{Actor: actorOf("executor"), Op: op}
		}
	}
	return incident.Command{Actor: asPerson(c.anyone()), Op: c.whim()}
}

func (c *course) opening() incident.Command {
	op := incident.OpOpen{ID: "2026-11-21-1", Protocol: c.plan.Protocol, Plan: c.plan.Hash()}
	if c.chance(3) {
		op.Text = "Something\xff is wrong"
		if c.chance(2) {
			op.Issue = pick(c, c.plan.Issues).ID
		}
		return incident.Command{Actor: asPerson(c.anyone()), Op: op}
	}
	op.Findings = []incident.Finding{c.finding()}
	return incident.Command{Actor: actorOf("detector"), Op: op}
}

func (c *course) finding() incident.Finding {
	c.found++
	issue := pick(c, c.plan.Issues)
	f := incident.Finding{
		ID: fmt.Sprint("f", c.found), Detector: pick(c, issue.Detection.Detectors), Mode: "page", Issues: []string{issue.ID}, Asset: "vault",
		Chain: 31337, Block: c.block, At: c.now, Amount: pick(c, []string{"", "1", "10", "1000", "-5", "lots"}), Say: "Found \xfe.",
	}
	if c.chance(6) && len(c.state.Findings) > 0 {
		f.ID = pick(c, c.state.Findings).ID
	}
	return f
}

// machine is a report of a detector or a deliverer.
func (c *course) machine() incident.Command {
	if c.chance(2) {
		var calls []incident.Call
		for _, pg := range c.state.Pages {
			calls = append(calls, pg.Calls...)
		}
		for _, u := range c.state.Updates {
			calls = append(calls, u.Sent...)
		}
		op := incident.OpOutcome{Delivery: pick(c, calls).Delivery, Outcome: pick(c, []string{"landed", "failed", "unknown"}), Say: "\xff"}
		return incident.Command{Actor: actorOf("deliverer"), Op: op}
	}
	if c.chance(3) && len(c.state.Findings) > 0 {
		return incident.Command{Actor: actorOf("detector"), Op: incident.OpRetract{IDs: []string{pick(c, c.state.Findings).ID}, Why: "A reorg."}}
	}
	if c.state.Phase.AtLeast(incident.Validated) && !c.chance(4) {
		return incident.Command{Actor: actorOf("clock"), Op: incident.OpTick{}}
	}
	return incident.Command{Actor: actorOf("detector"), Op: incident.OpFind{Findings: []incident.Finding{c.finding()}}}
}

// task does what somebody is asked to do.
func (c *course) task() (incident.Op, string) {
	for _, x := range c.plan.CoreTeam {
		for _, t := range incident.Todo(c.plan, c.state, x.ID, c.now) {
			if t.Kind == incident.TaskRetry { // it comes seldom
				return c.obvious(x.ID, t), x.ID
			}
		}
	}
	who := c.anyone()
	tasks := incident.Todo(c.plan, c.state, who, c.now)
	if len(tasks) == 0 {
		return nil, ""
	}
	return c.obvious(who, pick(c, tasks)), who
}

// executor carries on with an action, or claims something about one out of order.
func (c *course) executor() incident.Op {
	a := pick(c, c.state.Actions)
	if a.ID == "" {
		return nil
	}
	tx := incident.Transaction{Hash: hash(c.rand.Uint64N(5)), Raw: []byte{1}, From: evm.Address{1}, Nonce: 7 + c.rand.Uint64N(2), At: c.now}
	var sent incident.Transaction
	if len(a.Sends) > 0 {
		sent = pick(c, a.Sends)
	}
	landing := incident.Landing{Tx: sent.Hash, Block: c.block, BlockHash: hash(1000 + c.block), Status: 1, At: c.now}
	if c.chance(4) {
		landing.Status = 0
	}
	ops := []incident.Op{
		incident.OpSigned{Action: a.ID, Tx: tx},
		incident.OpSent{Action: a.ID, Tx: sent.Hash},
		incident.OpLanded{Action: a.ID, Landing: landing},
		incident.OpEffect{Action: a.ID, Got: "true", Holds: !c.chance(3), Block: c.block, Before: a.State == incident.Ordered},
	}
	if a.State == incident.LandedOnce && a.Landed.Status == 0 && !c.chance(4) {
		return incident.OpFailed{Action: a.ID, Why: "The contract refused it.", Known: len(a.Sends)}
	}
	if next := slices.Index([]string{incident.Ordered, incident.Signed, incident.Sent, incident.LandedOnce}, a.State); next >= 0 && !c.chance(3) {
		return ops[next]
	}
	if c.chance(3) {
		return pick(c, []incident.Op{
			incident.OpWaits{Action: a.ID, Why: pick(c, []string{"It may offer no more.", "It waits\xff"})},
			incident.OpFilled{Action: a.ID, Tx: incident.Transaction{Hash: hash(50 + c.rand.Uint64N(3)), Raw: []byte{2}, From: evm.Address{1}, Nonce: 6 + c.rand.Uint64N(2), At: c.now}},
		})
	}
	if c.chance(2) {
		ops = append(ops, incident.OpFailed{Action: a.ID, Why: "It did not work.", Known: len(a.Sends)}, incident.OpUnlanded{Action: a.ID, Why: "A reorg."})
	}
	return pick(c, ops)
}

// whim is something that a person might try at any time.
func (c *course) whim() incident.Op {
	d := pick(c, c.state.Decisions)
	step := pick(c, incident.StepsOf(c.plan, c.state)).ID
	u := pick(c, c.state.Updates)
	answer := pick(c, []string{incident.Coming, incident.Coming, incident.ComingNoSign, incident.Cannot})
	issue := pick(c, []string{"", pick(c, c.plan.Issues).ID})
	if c.chance(5) {
		return c.aside(step)
	}
	if c.chance(12) {
		return c.upheaval()
	}
	return pick(c, []incident.Op{
		incident.OpAnswer{Answer: answer},
		incident.OpAnswer{Answer: answer, Note: "As I said"},
		incident.OpTakeRole{Role: pick(c, c.plan.Roles).ID, Person: c.anyone()},
		incident.OpValidate{Issue: issue, Note: "It is real\xff"},
		incident.OpDismiss{Why: "It is nothing"},
		incident.OpSeverity{To: pick(c, c.plan.Severities).ID},
		incident.OpBeginStep{Step: step},
		incident.OpBeginStep{Step: step, From: c.state.Step(step).By},
		incident.OpEndStep{Step: step, State: pick(c, []string{incident.Done, incident.Skipped, incident.Failed}), Note: "So it is"},
		incident.OpPropose{Subject: incident.Subject{Kind: incident.SubjectAction, Ref: pick(c, c.plan.Actions).ID}},
		incident.OpPropose{Subject: incident.Subject{Kind: incident.SubjectStep, Ref: plan.StepRef(c.state.Procedure, step)}},
		incident.OpApprove{Decision: d.ID, Choice: decision.Refuse, Signature: sign(c.t, c.anyone(), d.Message.With(decision.Refuse))},
		incident.OpPost{Update: u.ID, Text: "News\xff"},
		incident.OpContain{Note: "It stopped"},
		incident.OpRetry{Action: pick(c, c.state.Actions).ID},
		incident.OpResolve{Despite: pick(c, []string{"", "", "It can wait"})},
		incident.OpClose{Despite: pick(c, []string{"", "", "It can wait"})},
		incident.OpReopen{Why: pick(c, []string{"", "", "", "It goes on"})},
		incident.OpNote{Text: "Hm\xff"},
		incident.OpHandOver{Role: pick(c, c.plan.Roles).ID, To: c.anyone()},
		incident.OpDecline{Role: pick(c, c.state.Offers).Role, Why: "Not now"},
		incident.OpLeave{Note: "I sleep"},
		c.mistrust(),
		incident.OpCorrect{Moment: pick(c, incident.Correctable[:]), At: c.now.Add(-time.Minute), Why: "The clock was wrong"},
	})
}

// aside is something about what is owed, or about a step, that a person might try at any time.
func (c *course) aside(step string) incident.Op {
	if op := c.otherAnswer(); op != nil && c.chance(2) {
		return op
	}
	return pick(c, []incident.Op{
		incident.OpWaive{Communication: pick(c, c.plan.Communications).ID, Why: "Not wanted"},
		incident.OpReinstate{Communication: pick(c, c.plan.Communications).ID},
		incident.OpPin{Name: pick(c, []string{"", "Notes"}), Link: fmt.Sprint("https://rooms.example.com/", c.rand.IntN(9))},
		incident.OpUndoStep{Step: step, Why: "It was not"},
		incident.OpAddStep{Name: "Look again\xff", After: pick(c, []string{"", step})},
		incident.OpAttach{Step: pick(c, []string{"", step}), What: pick(c, []string{"Seen\xff", "https://example.com/a", hash(3).String()})},
	})
}

// otherAnswer changes the answer to a question that was answered; nil if none was.
func (c *course) otherAnswer() incident.Op {
	for _, v := range incident.StepsOf(c.plan, c.state) {
		if v.State == incident.Done && v.Question != nil {
			return incident.OpAnswerStep{Step: v.ID, Answer: pick(c, v.Question.Branches).Answer}
		}
	}
	return nil
}

// mistrust is something about whom or what to trust; seldom, for an incident without people is soon over.
func (c *course) mistrust() incident.Op {
	who, kind := c.anyone(), pick(c, []string{incident.DistrustChannel, incident.DistrustPerson})
	ref := pick(c, []string{"email", "phone", pick(c, c.plan.Channels).ID})
	if kind == incident.DistrustPerson {
		ref = who
	}
	if x := pick(c, c.state.Distrusted); x.Ref != "" {
		return incident.OpTrust{Kind: x.Kind, Ref: x.Ref, Why: "It is well"}
	}
	if hidden := pick(c, c.state.Hidden); hidden != "" {
		return incident.OpReveal{Person: hidden, Why: "They are well"}
	}
	return pick(c, []incident.Op{incident.OpDistrust{Kind: kind, Ref: ref}, incident.OpRestrict{Hide: []string{who}}})
}

// TestDecideBefore holds that the clock of an incident never runs back.
func TestDecideBefore(t *testing.T) {
	w := newWorld(t, loadPlan(t, "testdata/plan"))
	if _, err := w.do(incident.Command{Actor: asPerson("ada"), Op: incident.OpOpen{ID: "x", Text: "Odd"}}); err != nil {
		t.Fatal(err)
	}
	early := w.now.Add(-time.Hour)
	evs, err := incident.Decide(w.plan, w.state, incident.Command{ID: "b", Actor: asPerson("ben"), Op: incident.OpValidate{Issue: "theft"}}, early)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range evs {
		if d, ok := e.(incident.EventDecisionOpened); ok && !d.Expires.Equal(w.now.Add(time.Hour)) {
			t.Errorf("a decision asked for by a clock that runs back expires at %s", d.Expires)
		}
	}
}
