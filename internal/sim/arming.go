package sim

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/arm"
	"tocsin/decision"
	"tocsin/journal"
)

// armed is the issue that is acted upon by itself while people have armed that.
const armed = "theft"

// arming does what somebody wants with what acts by itself; ok is false if it is no such thing.
func (n *node) arming(ctx context.Context, actor journal.Actor, words []string) (ok bool, err error) {
	w := n.world
	protocol := w.ground.Plan.Protocol
	word := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	switch words[0] {
	case "test":
		p, err := n.engine.InForce(ctx, protocol)
		if err != nil {
			return true, err
		}
		return true, n.engine.RecordTests(ctx, protocol, []arm.Test{{Detector: "drain", Of: arm.Imprint(p, "drain"), Chain: chainID, From: 1, To: 9, Blocks: 9}}, actor)
	case "arm":
		by, err := time.ParseDuration(word(2))
		if err != nil {
			return true, err
		}
		_, err = n.engine.Arm(ctx, protocol, armed, n.engine.Now().Add(by), actor)
		return true, err
	case "sign-arming":
		return true, n.signArming(ctx, actor, word(2), word(3))
	case "disarm":
		_, err := n.engine.Disarm(ctx, protocol, armed, "We work on it", actor)
		return true, err
	case "keep":
		return true, n.engine.KeepArmed(ctx, protocol, armed, actor)
	}
	return false, nil
}

// signArming lets somebody answer what waits to be armed; with somebody else's key if it is wrong.
func (n *node) signArming(ctx context.Context, actor journal.Actor, choice, with string) error {
	w := n.world
	protocol := w.ground.Plan.Protocol
	p, err := n.engine.InForce(ctx, protocol)
	if err != nil {
		return err
	}
	s, err := n.engine.Arms(ctx, protocol)
	if err != nil {
		return err
	}
	a, ok := s.Open(p, armed, n.engine.Now())
	if !ok {
		w.say("nothing waits to be armed")
		return nil
	}
	signer := actor.ID
	if with == "wrong" {
		signer = "mallory"
	}
	sig, err := signed(a.Message.With(choice), signer)
	if err != nil {
		return err
	}
	a, err = n.engine.SignArm(ctx, protocol, a.Number, choice, sig, actor)
	if err == nil && a.State == arm.Armed {
		w.say("%s is armed until %s", armed, a.Until.Format("02 15:04:05"))
	}
	return err
}

// armingFirst is what people do in a world where something acts by itself, before anything happens.
func (d *draw) armingFirst() []string {
	until := d.one("10m", "2h", "48h")
	return []string{"test ada", "arm " + d.one("ada", "cyd") + " " + until, "sign-arming ben " + decision.Approve, "sign-arming " + d.one("ada", "cyd", "dan") + " " + decision.Approve}
}

// arms draws what somebody does with what acts by itself.
func (d *draw) arms() string {
	who := d.somebody()
	switch s := d.world.book.armings.state; {
	case len(s.Tests) == 0:
		return "test " + who
	case len(s.Arms) == 0:
		return fmt.Sprintf("arm %s %s", who, d.one("10m", "2h", "48h"))
	case s.Arms[len(s.Arms)-1].State == arm.Asked:
		return strings.TrimSpace("sign-arming " + d.one("ada", "ben", "ben", "cyd", "dan", who) + " " + d.one(decision.Approve, decision.Approve, decision.Approve, decision.Refuse) + " " + d.one("", "", "", "wrong"))
	}
	return d.one("disarm ada", "disarm ben", "disarm cyd", "keep "+who, "arm "+who+" 2h", "test "+who, "disarm "+who)
}
