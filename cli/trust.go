package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

func (t *terminal) trust() *cobra.Command {
	var file string
	var yes, replace bool
	c := &cobra.Command{
		Use: "trust DIR|FILE", Short: "Pin a plan on this machine, so that sign and decode believe no other", Args: exactly("a plan folder or a file of adoptions"),
		Long: `Trust keeps a plan on this machine after showing whose it is. From then on tocsin sign and tocsin decode go by it, and refuse what names
another plan, unless valid adoptions lead there. Give a plan folder that you have read, or a file that tocsin adopt export wrote.
The trust file is --trust FILE, or what ` + trustVariable + ` names, or tocsin/trust.json in your configuration folder.`,
		RunE: func(c *cobra.Command, args []string) error {
			f, err := readTrust(file)
			if err != nil {
				return err
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return fault.New(fault.Invalid, "%s cannot be read.", args[0]).Because(err)
			}
			if info.IsDir() {
				p, _, err := t.load(args[0])
				if err != nil {
					return err
				}
				return t.pin(f, p, 0, yes, replace)
			}
			a, err := readAdoptions(args[0])
			if err != nil {
				return err
			}
			return t.trustAdoptions(f, a, yes, replace)
		},
	}
	c.Flags().StringVar(&file, "trust", "", "trust file")
	c.Flags().BoolVar(&yes, "yes", false, "do it without asking, for scripts")
	c.Flags().BoolVar(&replace, "replace", false, "put this plan in the place of another that this machine trusts")
	return c
}

func readAdoptions(path string) (*engine.Adoptions, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be opened.", path).Because(err)
	}
	defer f.Close()
	return engine.ReadAdoptions(f)
}

// trustAdoptions pins what adoptions prove to be in force, or goes on from what is trusted to it.
func (t *terminal) trustAdoptions(f *trustFile, a *engine.Adoptions, yes, replace bool) error {
	h, err := a.Verify()
	if err != nil {
		return err
	}
	x := f.Protocols[h.Protocol]
	if x == nil || replace {
		return t.pin(f, h.Plan(), h.InForce().Number, yes, replace)
	}
	steps, err := x.follow(a)
	if err != nil {
		return err
	}
	return t.advance(f, h.Protocol, steps, yes)
}

// pin trusts a plan for which nothing vouches but the person who says so.
func (t *terminal) pin(f *trustFile, p *plan.Plan, number int, yes, replace bool) error {
	if x := f.Protocols[p.Protocol]; x != nil {
		switch {
		case x.current().Hash == p.Hash():
			return t.saidTrusted(f, p, "This machine trusts this plan already.")
		case !replace:
			return fault.New(fault.Forbidden, "This machine trusts another plan of %s, %s; this one is %s.", p.Name, x.current().Hash.Hex(), p.Hash().Hex()).
				Instead("A folder proves nothing. Give a file that tocsin adopt export wrote, or --replace if you are certain.")
		}
	}
	t.introduce(p)
	if err := t.ask("Do you trust this plan?", "Nothing was changed.", yes); err != nil {
		return err
	}
	f.Protocols[p.Protocol] = &trusted{Plans: []trustedPlan{pinnedPlan(p, number)}}
	if err := f.write(); err != nil {
		return err
	}
	return t.saidTrusted(f, p, "This machine trusts this plan from now on.")
}

// advance moves the trust on to plans that were adopted since, after showing what they change.
func (t *terminal) advance(f *trustFile, protocol string, steps []trustedPlan, yes bool) error {
	x := f.Protocols[protocol]
	old, _, _ := x.find(x.current().Hash)
	if len(steps) == 0 {
		return t.saidTrusted(f, old, "The plan that this machine trusts is still in force.")
	}
	if err := t.advanceQuietly(f, protocol, steps, yes); err != nil {
		return err
	}
	p, _, _ := x.find(x.current().Hash)
	return t.saidTrusted(f, p, "This machine trusts this plan from now on.")
}

// askAdvance shows what has changed since the trusted plan and asks whether to go on by the newer one.
func (t *terminal) askAdvance(old, next *plan.Plan, steps int, yes bool) error {
	fmt.Fprintf(t.err, "Since the plan that this machine trusts, %s brought another into force; every signature is valid.\n", count(steps, "adoption"))
	t.difference(old, next)
	t.introduce(next)
	return t.ask("Do you go on by this plan?", "Nothing was changed.", yes)
}

// introduce shows a plan by what matters to those who sign by it, on standard error.
func (t *terminal) introduce(p *plan.Plan) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)%s\n  hash       %s\n", p.Name, p.Protocol, versionNote(p.Version), p.Hash().Hex())
	seen := map[string]bool{}
	for i := range p.Decisions {
		for _, id := range decision.Voters(p, &p.Decisions[i]) {
			r, ok := p.Person(id)
			if !ok || seen[id] {
				continue
			}
			seen[id] = true
			var keys []string
			for _, k := range r.Keys {
				if decision.SignerOf(k) != (evm.Address{}) {
					keys = append(keys, decision.Called(k))
				}
			}
			if len(keys) == 0 {
				keys = []string{"no key"}
			}
			fmt.Fprintf(&b, "  approver   %s: %s\n", r.Name, strings.Join(keys, ", "))
		}
	}
	for _, a := range p.Assets {
		if a.Address != (evm.Address{}) {
			fmt.Fprintf(&b, "  contract   %s: %s on chain %d\n", a.Name, a.Address.Hex(), a.Chain)
		}
	}
	fmt.Fprint(t.err, printable(b.String()))
}

func (t *terminal) saidTrusted(f *trustFile, p *plan.Plan, say string) error {
	out := map[string]any{"protocol": p.Protocol, "hash": p.Hash().Hex(), "version": p.Version, "trust": f.path}
	return t.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%s\n%s%s, %s\nKept in %s.\n", say, p.Name, versionNote(p.Version), p.Hash().Hex(), f.path)
	})
}
