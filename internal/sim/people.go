package sim

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
)

// person lets somebody do something about an incident.
func (n *node) person(ctx context.Context, actor journal.Actor, id string, words []string) error {
	op, err := n.world.command(actor.ID, id, words)
	var broken *Broken
	if errors.As(err, &broken) {
		return err
	}
	if err != nil {
		n.world.say("nothing to do: %v", err)
		return nil
	}
	return n.again(func(on *node, command string) error {
		_, err := on.engine.Do(ctx, id, incident.Command{ID: command, Actor: actor, Op: op})
		return err
	})
}

// command is what somebody means by some words, by what they see of an incident.
func (w *World) command(who, id string, words []string) (incident.Op, error) {
	a := w.book.incidents[id]
	if a == nil {
		return nil, fmt.Errorf("there is no incident %s", id)
	}
	word := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	switch word(0) {
	case "answer":
		return incident.OpAnswer{Answer: word(1)}, nil
	case "validate":
		return incident.OpValidate{Issue: word(1)}, nil
	case "dismiss":
		return incident.OpDismiss{Why: "It is nothing"}, nil
	case "reopen":
		return incident.OpReopen{Why: "It goes on"}, nil
	case "severity":
		return incident.OpSeverity{To: word(1), Why: "So it seems"}, nil
	case "role":
		return incident.OpTakeRole{Role: word(1), Person: word(2)}, nil
	case "begin":
		return incident.OpBeginStep{Step: word(1), From: word(2)}, nil
	case "end":
		return incident.OpEndStep{Step: word(1), State: word(2), Note: "So it is", Answer: spaced(word(3))}, nil
	case "reply":
		return incident.OpAnswerStep{Step: word(1), Answer: spaced(word(2)), Why: "We know more"}, nil
	case "attach":
		return incident.OpAttach{Step: word(1), What: "What the log says"}, nil
	case "ask":
		return incident.OpPropose{Subject: incident.Subject{Kind: word(1), Ref: word(2)}}, nil
	case "sign":
		return a.sign(who, word(1), word(2), word(3))
	case "post":
		return a.post(word(1))
	case "contain":
		return incident.OpContain{Note: "It has stopped"}, nil
	case "resolve":
		return incident.OpResolve{Absent: incident.Reopening(a.plan(), a.state), Despite: strings.Join(words[1:], " ")}, nil
	case "close":
		return incident.OpClose{Despite: strings.Join(words[1:], " ")}, nil
	case "offer":
		return incident.OpHandOver{Role: word(1), To: word(2)}, nil
	case "accept":
		return incident.OpAccept{Role: word(1)}, nil
	case "decline":
		return incident.OpDecline{Role: word(1)}, nil
	case "leave":
		return incident.OpLeave{}, nil
	case "undo":
		return incident.OpUndoStep{Step: word(1), Why: "It was not"}, nil
	case "add":
		return incident.OpAddStep{Name: "Look again", After: word(1)}, nil
	case "waive":
		return incident.OpWaive{Communication: word(1), Why: "Nobody asks for it"}, nil
	case "reinstate":
		return incident.OpReinstate{Communication: word(1), Why: "Somebody asks for it"}, nil
	case "hide":
		return incident.OpRestrict{Hide: strings.Split(word(1), ","), Why: "It may be them"}, nil
	case "reveal":
		return incident.OpReveal{Person: word(1), Why: "It is not them"}, nil
	case "distrust":
		return incident.OpDistrust{Kind: word(1), Ref: word(2), Why: "It may be theirs"}, nil
	case "trust":
		return incident.OpTrust{Kind: word(1), Ref: word(2), Why: "It is ours"}, nil
	case "pin":
		return incident.OpPin{Link: "https://example.com/room"}, nil
	case "withdraw":
		return incident.OpWithdraw{Decision: word(1), Why: "We think otherwise"}, nil
	case "reject":
		return incident.OpReject{Decision: word(1), Why: "We think otherwise"}, nil
	case "anyway":
		return incident.OpSendAnyway{Decision: word(1), Why: "It cannot wait"}, nil
	case "override":
		return a.override(who, word(1))
	case "retry":
		return incident.OpRetry{Action: word(1)}, nil
	case "note":
		return incident.OpNote{Text: "Hm"}, nil
	case "task":
		return nil, breaks("task", "nobody here knows what to do about a task of kind %q", word(1))
	}
	return nil, fmt.Errorf("nobody knows how to %q", word(0))
}

// spaced is an answer of several words, which a step's line joins by underscores.
func spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

// sign is somebody's signed answer; with somebody else's key if it is wrong.
func (a *account) sign(who, id, choice, key string) (incident.Op, error) {
	d := a.state.Decision(id)
	if d == nil {
		return nil, fmt.Errorf("there is no decision %q", id)
	}
	signer := who
	if key == "wrong" {
		signer = "mallory"
	}
	digest := d.Message.With(choice).Digest()
	if choice == decision.Approve && d.Safe != nil && d.Safe.Facts.Owner(keyring()[who]) {
		digest = d.Safe.Hashes.Hash
	}
	sig, err := signedDigest(digest, signer)
	return incident.OpApprove{Decision: id, Choice: choice, Signature: sig}, err
}

// override is somebody's signature by which it is decided without those whom the plan wants to agree.
func (a *account) override(who, id string) (incident.Op, error) {
	d := a.state.Decision(id)
	if d == nil {
		return nil, fmt.Errorf("there is no decision %q", id)
	}
	op := incident.OpOverride{Decision: id, Why: "It cannot wait"}
	sig, err := signed(incident.OverrideOf(d, op.Why), who)
	op.Signature = sig
	return op, err
}

// post posts an update that is owed, where Tocsin cannot by hand.
func (a *account) post(id string) (incident.Op, error) {
	u := a.state.Update(id)
	if u == nil {
		return nil, fmt.Errorf("there is no update %q", id)
	}
	op := incident.OpPost{Update: id, Text: u.Text}
	if c, _ := a.plan().Communication(u.Communication); c.Approval == "" || u.Text != "" {
		for _, ch := range incident.ByHand(a.plan(), a.state, u) {
			op.ByHand = append(op.ByHand, ch.ID)
		}
	}
	if op.Text == "" {
		op.Text = "News"
	}
	return op, nil
}

// propose lets somebody ask that a newer plan be adopted.
func (n *node) propose(ctx context.Context, version int, who string) error {
	g := n.world.ground
	if version < 0 || version >= len(g.newer) {
		return fmt.Errorf("there is no newer plan %d", version)
	}
	p := g.newer[version]
	_, err := n.engine.Propose(ctx, engine.PlanProposal{Plan: p, Files: g.Files, Proposer: who, Summary: "It changes who must agree."})
	n.world.proposed = n.world.proposed || err == nil
	return err
}

// merge lets somebody say that two incidents are the same event.
func (n *node) merge(ctx context.Context, actor journal.Actor, from, into string) error {
	_, err := n.engine.Merge(ctx, actor, from, into, "It is the same")
	if err == nil && !n.power.dead {
		n.world.say("%s goes on in %s", from, into)
	}
	return err
}

// takeUp lets somebody have an incident run by the plan in force.
func (n *node) takeUp(ctx context.Context, actor journal.Actor, id string) error {
	h, err := n.engine.History(ctx, n.world.ground.Plan.Protocol)
	if err != nil {
		return err
	}
	_, err = n.engine.Adopt(ctx, actor, id, h.InForce().Hash)
	if err == nil && !n.power.dead {
		n.world.say("%s runs by the plan in force", id)
	}
	return err
}

// adopt lets somebody sign that the newest proposal be adopted.
func (n *node) adopt(ctx context.Context, who string) error {
	protocol := n.world.ground.Plan.Protocol
	h, err := n.engine.History(ctx, protocol)
	if err != nil {
		return err
	}
	if len(h.Proposals) == 0 {
		return nil
	}
	x := h.Proposals[len(h.Proposals)-1]
	sig, err := signed(x.Adoption.Message.With(decision.Approve), who)
	if err != nil {
		return err
	}
	got, err := n.engine.Answer(ctx, protocol, x.ID, decision.Approve, sig)
	if err == nil && got.State == engine.ProposalAdopted {
		n.world.adopted = true
		n.world.say("plan %s is adopted", got.Version)
	}
	return err
}

// signed signs a message with somebody's key.
func signed(m decision.Message, who string) ([]byte, error) { return signedDigest(m.Digest(), who) }

func signedDigest(digest evm.Hash, who string) ([]byte, error) {
	k, err := key(who)
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", who, err)
	}
	return crypto.Sign(digest[:], k)
}

func key(who string) (*ecdsa.PrivateKey, error) {
	return crypto.ToECDSA(evm.Keccak([]byte("tocsin demo key: " + who)).Bytes())
}
