package incident_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/internal/picture"
	"tocsin/plan"
)

// TestRandomSafeCourses drives incidents whose actions are those of a Safe that changes behind their back: its owners, its threshold, and its
// nonce, which others use, too. Answers come in every form. The ledger judges what is ordered.
func TestRandomSafeCourses(t *testing.T) {
	courses := 40
	if testing.Short() {
		courses = 10
	}
	plans := []*plan.Plan{loadPlan(t, "testdata/safe/plan"), loadPlan(t, "testdata/council/plan")}
	accepted := map[string]int{}
	rejected := 0
	for seed := range courses {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			c := &safeCourse{course: course{world: newWorld(t, plans[seed%len(plans)]), rand: rand.New(rand.NewPCG(uint64(seed), 7))}}
			c.moved = &moves{seen: map[picture.Move]bool{}}
			c.owners, c.threshold, c.nonce = []string{"ben", "cyd", "dan"}, 2, 5
			for range 250 {
				if c.state.Phase.Over() && c.chance(10) {
					break
				}
				cmd := c.next()
				if _, err := c.do(cmd); err == nil {
					accepted[fmt.Sprintf("%T", cmd.Op)]++
					c.mine(cmd.Op)
				}
				c.now = c.now.Add(time.Duration(c.rand.Int64N(int64(c.pace()))))
			}
			c.replays()
			for _, d := range c.state.Decisions {
				if d.Subject.Kind == incident.SubjectRejection && c.state.Decision(d.Subject.Ref).State == incident.Withdrawn {
					rejected++
				}
			}
		})
	}
	for _, op := range []incident.Op{
		incident.OpSafeFacts{},
		incident.OpSafeUnread{},
		incident.OpSendAnyway{},
		incident.OpWithdraw{},
		incident.OpReject{},
		incident.OpConfirm{},
		incident.OpAttest{},
		incident.OpDeny{},
		incident.OpOverride{},
		incident.OpApprove{},
		incident.OpSigned{},
		incident.OpLanded{},
		incident.OpEffect{},
		incident.OpRetry{},
		incident.OpPropose{},
	} {
		if accepted[fmt.Sprintf("%T", op)] == 0 && !testing.Short() {
			t.Errorf("no course ever had a %T accepted: %v", op, accepted)
		}
	}
	if rejected == 0 && !testing.Short() {
		t.Error("nothing was ever rejected")
	}
}

// safeCourse is a course on a chain with a Safe, as simple as can be.
type safeCourse struct {
	course
	owners    []string
	threshold uint64
	nonce     uint64
}

// everybody are those who may be owners; whoever is not of the plan is an owner like any other to the Safe.
var everybody = []string{"ada", "ben", "cyd", "dan", "eve", "somebody"}

// next is the next command; what concerns the Safe comes often.
func (c *safeCourse) next() incident.Command {
	if c.state.ID == "" || c.chance(10) {
		return c.command()
	}
	if c.state.Phase == incident.Detected && c.chance(6) {
		return incident.Command{Actor: asPerson(c.anyone()), Op: incident.OpValidate{Issue: "theft"}}
	}
	if op := c.executor(); op != nil && c.chance(3) {
		return incident.Command{Actor: actorOf("executor"), Op: op}
	}
	if c.chance(3) {
		for _, x := range c.plan.CoreTeam {
			for _, task := range incident.Todo(c.plan, c.state, x.ID, c.now) {
				if task.Kind == incident.TaskSign && c.chance(2) {
					return incident.Command{Actor: asPerson(x.ID), Op: c.obvious(x.ID, task)}
				}
			}
		}
	}
	d := pick(&c.course, c.state.Decisions)
	if c.chance(2) {
		return incident.Command{Actor: actorOf("executor"), Op: c.looks(d.ID)}
	}
	who := c.anyone()
	if c.chance(8) {
		x := pick(&c.course, c.plan.Decisions)
		sub := incident.Subject{Kind: incident.SubjectStep, Ref: "stop-theft/" + x.ID} // their steps are called like them
		if len(x.Actions) > 0 {
			sub = incident.Subject{Kind: incident.SubjectAction, Ref: x.Actions[0]}
		}
		return incident.Command{Actor: asPerson(who), Op: incident.OpPropose{Subject: sub}}
	}
	if op, by := c.bypass(); op != nil && c.chance(2) {
		return incident.Command{Actor: asPerson(by), Op: op}
	}
	if a := pick(&c.course, c.state.Actions); a.State == incident.Gone && c.chance(4) {
		return incident.Command{Actor: asPerson(who), Op: incident.OpRetry{Action: a.ID}}
	}
	return incident.Command{Actor: asPerson(who), Op: c.wants(who, &d)}
}

// bypass is what somebody may do beside answering, as they are offered it.
func (c *safeCourse) bypass() (incident.Op, string) {
	for i := range c.state.Decisions {
		d := &c.state.Decisions[i]
		st := c.state.Status(c.plan, d, c.now)
		for _, x := range c.plan.CoreTeam {
			if c.state.MaySendAnyway(d, st, x.ID) && c.state.Sees(x.ID) {
				return incident.OpSendAnyway{Decision: d.ID, Why: "Nobody answers"}, x.ID
			}
			for _, of := range c.state.Attestable(c.plan, d, st, x.ID) {
				return incident.OpAttest{Decision: d.ID, Person: of, Choice: decision.Approve, Came: "letter", How: "email", Words: "Yes"}, x.ID
			}
		}
	}
	return nil, ""
}

// looks reports what the Safe is now; now and then it has just changed.
func (c *safeCourse) looks(id string) incident.Op {
	switch c.rand.IntN(24) {
	case 0:
		c.nonce++ // somebody else's transaction
	case 1:
		c.owners = nil
		for _, i := range c.rand.Perm(len(everybody))[:3+c.rand.IntN(2)] {
			c.owners = append(c.owners, everybody[i])
		}
	case 2:
		c.threshold = 1 + c.rand.Uint64N(3)
	case 3:
		return incident.OpSafeUnread{Decision: id, Why: "The endpoint is silent\xff"}
	}
	c.block++
	op := incident.OpSafeFacts{Decision: id, Facts: safe.Facts{
		Chain: 31337, Safe: evm.Address{0x5a, 0xfe, 19: 1}, Version: safe.V141, Nonce: c.nonce, Threshold: c.threshold, Block: c.block, BlockHash: hash(1000 + c.block),
	}}
	for _, who := range c.owners {
		op.Facts.Owners = append(op.Facts.Owners, account(c.t, who))
	}
	if c.chance(8) {
		op.Approved = append(op.Approved, account(c.t, pick(&c.course, everybody)))
	}
	return op
}

// wants is something that a person may want of a decision besides answering it as they are asked.
func (c *safeCourse) wants(who string, d *incident.Decision) incident.Op {
	why := pick(&c.course, []string{"", "It is wrong", "It drains\xff"})
	of := c.anyone()
	if x := pick(&c.course, d.Approvals); x.Form == incident.FormAttested && x.Person == who {
		return incident.OpDeny{Decision: d.ID}
	}
	override := incident.OpOverride{Decision: d.ID, Why: why}
	attest := incident.OpAttest{
		Decision: d.ID, Person: of, Choice: pick(&c.course, []string{decision.Approve, decision.Approve, decision.Refuse}),
		Came: pick(&c.course, []string{"email", "letter"}), How: pick(&c.course, []string{"email", "phone"}), Words: "Yes\xff",
	}
	confirm := incident.OpConfirm{Decision: d.ID}
	approve := incident.OpApprove{Decision: d.ID, Choice: decision.Approve}
	if d.ID != "" {
		override.Signature = sign(c.t, who, incident.OverrideOf(d, why))
		approve.Signature = sign(c.t, pick(&c.course, []string{who, of}), d.Message.With(decision.Approve))
	}
	if d.Safe != nil {
		for _, i := range c.rand.Perm(len(everybody))[:2+c.rand.IntN(3)] {
			owner := everybody[i]
			confirm.Signatures = append(confirm.Signatures, safe.Signature{Kind: safe.Account, Signer: account(c.t, owner), Bytes: signHash(c.t, owner, d.Safe.Hashes.Hash)})
		}
		if c.chance(2) {
			approve.Signature = signHash(c.t, pick(&c.course, []string{who, who, of}), d.Safe.Hashes.Hash)
		}
	}
	switch c.rand.IntN(14) {
	case 0:
		return incident.OpWithdraw{Decision: d.ID, Why: why}
	case 1, 2, 3:
		return incident.OpReject{Decision: d.ID, Why: why}
	case 4, 5:
		return attest
	case 6:
		return incident.OpDeny{Decision: d.ID}
	case 7, 8:
		return override
	case 9:
		return incident.OpSendAnyway{Decision: d.ID, Why: why}
	case 10, 11, 12:
		return confirm
	}
	return approve
}

// mine has the Safe do what landed: its nonce is used.
func (c *safeCourse) mine(op incident.Op) {
	x, ok := op.(incident.OpLanded)
	if !ok || x.Landing.Status != 1 {
		return
	}
	if a := c.state.Action(x.Action); a != nil && a.Prepared.Safe != nil {
		if d := c.state.Decision(a.Decision); d.Safe != nil && d.Safe.Tx.Nonce >= c.nonce {
			c.nonce = d.Safe.Tx.Nonce + 1
		}
	}
}
