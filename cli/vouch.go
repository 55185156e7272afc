package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/action"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/plan"
)

// voucher is what a machine goes by to say whether a message follows from a plan that it trusts.
type voucher struct {
	trust     string // file; see trustPath
	adoptions string // file that tocsin adopt export wrote; empty if none
	folder    string // of a newer plan, to see what its adoption changes; empty if none
	yes       bool   // ask nothing

	proof *engine.Adoptions // nil until there are any
}

func (v *voucher) flags(c *cobra.Command) {
	c.Flags().StringVar(&v.trust, "trust", "", "trust file; see tocsin trust")
	c.Flags().StringVar(&v.adoptions, "adoptions", "", "file of adoptions that leads from the trusted plan to the one in force; see tocsin adopt export")
	c.Flags().StringVar(&v.folder, "plan", "", "folder of the newer plan whose adoption is signed, to see what it changes")
}

// gather takes adoptions from the file that was named, else from the data folder.
func (v *voucher) gather(ctx context.Context, e *engine.Engine, protocol string) error {
	var err error
	switch {
	case v.proof != nil:
	case v.adoptions != "":
		v.proof, err = readAdoptions(v.adoptions)
	case e != nil:
		v.proof, err = e.Adoptions(ctx, protocol)
	}
	return err
}

// vouch proves that a message is one that the trusted plan provides for, and shows what it does, worked out from that plan alone. A
// fault of code forbidden says what does not fit. Without any trust for the protocol it says so, and vouches for nothing. The plan that it
// returns is the one that the message names, nil if that is not at hand.
func (t *terminal) vouch(v *voucher, m decision.Message) (*plan.Plan, error) {
	f, err := readTrust(v.trust)
	if err != nil {
		return nil, err
	}
	x := f.Protocols[m.Protocol]
	if x == nil {
		fmt.Fprintf(t.err, "NOTHING ON THIS MACHINE VOUCHES FOR THE PLAN of %q: what is shown is what the server or the file says.\nPin the plan that you have read: tocsin trust DIR\n\n", printable(m.Protocol))
		var old *plan.Plan
		if v.proof != nil {
			old, _ = v.proof.PlanOf(m.Plan)
		}
		next, err := t.newer(v, m)
		if _, adopts := m.Adopts(); err != nil || !adopts {
			return old, err
		}
		if old == nil || next == nil {
			return nil, unseen()
		}
		t.difference(old, next)
		return old, nil
	}
	p, err := t.trustedFor(v, f, x, m)
	if err != nil {
		return nil, err
	}
	return p, t.conform(v, p, m)
}

// trustedFor is the trusted plan that a message names.
func (t *terminal) trustedFor(v *voucher, f *trustFile, x *trusted, m decision.Message) (*plan.Plan, error) {
	_, adopts := m.Adopts()
	p, current, ok := x.find(m.Plan)
	if !ok && v.proof != nil {
		steps, err := x.follow(v.proof)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(steps, func(s trustedPlan) bool { return s.Hash == m.Plan }) {
			if err := t.advanceQuietly(f, m.Protocol, steps, v.yes); err != nil {
				return nil, err
			}
			p, current, ok = x.find(m.Plan)
		}
	}
	switch {
	case !ok:
		return nil, fault.New(fault.Forbidden, "THIS NAMES ANOTHER PLAN THAN THE ONE THIS MACHINE TRUSTS: %s, where %s is trusted, and nothing proves that it was adopted.", m.Plan.Hex(), x.current().Hash.Hex()).
			Instead("Do not sign. If the plan was adopted meanwhile, give --adoptions FILE, which tocsin adopt export writes; else tell the others over a channel you trust.")
	case !current && adopts:
		return nil, fault.New(fault.Forbidden, "This would adopt a plan in the place of %s, which is not in force any more.", m.Plan.Hex()).Instead("Do not sign.")
	case !current:
		fmt.Fprintln(t.err, "This names an earlier plan that this machine trusted: an incident goes on under the plan it was opened under.")
	default:
		fmt.Fprintln(t.err, "The plan that this names is the one that this machine trusts.")
	}
	return p, nil
}

// advanceQuietly moves the trust on, as advance does, but prints no result of its own.
func (t *terminal) advanceQuietly(f *trustFile, protocol string, steps []trustedPlan, yes bool) error {
	x := f.Protocols[protocol]
	old, _, _ := x.find(x.current().Hash)
	next, err := plan.ParseCanonical([]byte(steps[len(steps)-1].Canonical))
	if err != nil {
		return fmt.Errorf("read the plan adopted: %w", err)
	}
	if err := t.askAdvance(old, next, len(steps), yes); err != nil {
		return err
	}
	x.Plans = append(x.Plans, steps...)
	return f.write()
}

// conform proves that a plan provides for what a message is about.
func (t *terminal) conform(v *voucher, p *plan.Plan, m decision.Message) error {
	unfit := func(format string, args ...any) error {
		return fault.New(fault.Forbidden, "THIS IS NOT WHAT THE TRUSTED PLAN SAYS: "+format, args...).Instead("Do not sign; tell the others over a channel you trust.")
	}
	d, ok := p.Decision(m.Decision)
	if !ok {
		return unfit("it has no decision %q.", m.Decision)
	}
	allowed := func(list []*plan.Decision) bool {
		return slices.ContainsFunc(list, func(x *plan.Decision) bool { return x.ID == d.ID })
	}
	if _, adopts := m.Adopts(); adopts {
		if !d.Adopts {
			return unfit("the decision %q adopts no plan.", d.ID)
		}
		next, err := t.newer(v, m)
		if err != nil {
			return err
		}
		if next == nil {
			return unseen()
		}
		t.difference(p, next)
		t.compareSummary(m.Summary, adoptionSummary(p, next))
		return nil
	}
	kind, ref, _ := strings.Cut(m.Subject, " ")
	if m.Arms() {
		a, err := decision.ArmingOf(p, m)
		if err != nil {
			return unfit("%s", fault.Sentence(err))
		}
		t.armingWords(p, a)
		return nil
	}
	switch kind {
	case "action":
		if !allowed(decision.ForAction(p, ref)) {
			return unfit("the decision %q does not authorise the action %q.", d.ID, ref)
		}
		pr, err := action.Prepare(p, ref)
		if err != nil {
			return unfit("%s", fault.Sentence(err))
		}
		if pr.Hash != m.Action || pr.Chain != m.Chain {
			return unfit("its action %q has the hash %s on chain %d, where %s on chain %d would be signed.", ref, pr.Hash.Hex(), pr.Chain, m.Action.Hex(), m.Chain)
		}
		t.words(pr)
		t.compareSummary(m.Summary, pr.Words.Sentence)
	case "rejection":
		pr, ok := rejectionOf(p, d, m)
		if !ok {
			return unfit("the decision %q authorises nothing of a Safe that this could reject.", d.ID)
		}
		t.words(pr)
		t.compareSummary(m.Summary, pr.Words.Sentence)
	case "step":
		if !allowed(decision.ForStep(p, ref)) {
			return unfit("the decision %q does not authorise the step %q.", d.ID, ref)
		}
	case "update": // its text stands on the decision's page; the hash of it is what is signed
	default:
		return unfit("it knows nothing like %q.", m.Subject)
	}
	return nil
}

// nonceSaid finds the nonce in the summary of a rejection, which names it once.
var nonceSaid = regexp.MustCompile(`under its nonce ([0-9]{1,20}) `)

// rejectionOf is what a message rejects by a plan: an action of a Safe that the decision authorises.
func rejectionOf(p *plan.Plan, d plan.Decision, m decision.Message) (action.Prepared, bool) {
	said := nonceSaid.FindStringSubmatch(m.Summary)
	if said == nil {
		return action.Prepared{}, false
	}
	nonce, err := strconv.ParseUint(said[1], 10, 64)
	if err != nil {
		return action.Prepared{}, false
	}
	for _, a := range p.Actions {
		if !slices.ContainsFunc(decision.ForAction(p, a.ID), func(x *plan.Decision) bool { return x.ID == d.ID }) {
			continue
		}
		pr, err := action.PrepareRejection(p, a.ID, nonce, nil)
		if err == nil && pr.Hash == m.Action && pr.Chain == m.Chain && pr.Words.Sentence == m.Summary {
			return pr, true
		}
	}
	return action.Prepared{}, false
}

// unseen refuses an adoption whose changes nobody here can read: one of the two plans is not on this machine.
func unseen() error {
	return fault.New(fault.Forbidden, "What the newer plan changes cannot be shown: it needs the plan in force and the newer one, and they are not both on this machine.").
		Instead("Pin the plan in force (tocsin trust DIR) and give the newer one's folder by --plan DIR; or sign from the data folder, or with --adoptions FILE.")
}

// newer is the plan that a message would adopt, from the folder or the adoptions at hand; nil if it is not there or the message adopts none.
func (t *terminal) newer(v *voucher, m decision.Message) (*plan.Plan, error) {
	hash, adopts := m.Adopts()
	if !adopts {
		return nil, nil
	}
	if v.folder != "" {
		p, _, err := t.load(v.folder)
		if err != nil {
			return nil, err
		}
		if p.Hash() != hash {
			return nil, fault.New(fault.Forbidden, "The plan in %s is not the one that would be adopted: it is %s, not %s.", v.folder, p.Hash().Hex(), hash.Hex()).
				Instead("Do not sign until you have read the plan that is meant.")
		}
		return p, nil
	}
	if v.proof != nil {
		if p, ok := v.proof.PlanOf(hash); ok {
			return p, nil
		}
	}
	return nil, nil
}

// words shows what an action does, on standard error.
func (t *terminal) words(pr action.Prepared) {
	var b strings.Builder
	w := pr.Words
	fmt.Fprintf(&b, "By the trusted plan this %s\n", lower(w.Sentence))
	for _, line := range [][2]string{
		{"target", w.Target},
		{"chain", w.Chain},
		{"function", w.Function},
		{"value", w.Value},
		{"calldata", pr.Data.String()},
		{"changes", w.Changes},
		{"harms", w.Harms},
		{"not when", w.NotWhen},
		{"proof", w.Effect},
	} {
		if line[1] != "" {
			fmt.Fprintf(&b, "  %-11s %s\n", line[0], line[1])
		}
	}
	fmt.Fprint(t.err, printable(b.String()))
}

// compareSummary says if the words in a message are not those that this machine finds: another release may have written them, or
// somebody who wants to be believed.
func (t *terminal) compareSummary(given, own string) {
	if given != own {
		fmt.Fprintf(t.err, "THE SUMMARY IN THE MESSAGE IS NOT THIS MACHINE'S. Go by what is shown here, not by it. It says: %s\n", printable(clip(given)))
	}
}

// difference shows what changes from one plan to another, on standard error.
func (t *terminal) difference(old, next *plan.Plan) {
	var b strings.Builder
	writeDifferences(&b, compared(old, next))
	fmt.Fprintln(&b)
	fmt.Fprint(t.err, printable(b.String()))
}

func lower(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	return string(s[0]+32) + s[1:]
}
