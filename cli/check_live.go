package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/check"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/readiness"
)

// liveFlags are what the command line says of a look at the chains.
type liveFlags struct {
	on        bool
	endpoints []string
	executor  string
	facts     string
	renew     bool
}

func (f *liveFlags) flags(c *cobra.Command) {
	fl := c.Flags()
	fl.BoolVar(&f.on, "live", false, "look at the chains instead of at the paper")
	fl.StringArrayVar(&f.endpoints, "endpoint", nil, "with --live, JSON-RPC endpoint of a chain, CHAINID=URL; may be repeated, better two of different providers")
	fl.StringVar(&f.executor, "executor", "", "with --live, account that Tocsin sends from")
	fl.StringVar(&f.facts, "facts", "", "with --live, file with what the chains said before; it is written if it is not there")
	fl.BoolVar(&f.renew, "renew", false, "with --facts, write down what the chains say now in place of what they said before")
}

// unused refuses flags that mean nothing without --live.
func (f *liveFlags) unused() error {
	if len(f.endpoints) > 0 || f.executor != "" || f.facts != "" || f.renew {
		return fault.New(fault.Invalid, "--endpoint, --executor, --facts and --renew go with --live.").Instead("Add --live.")
	}
	return nil
}

// checkLive looks at the chains of a plan, prints what is wanting and keeps the facts.
func (t *terminal) checkLive(c *cobra.Command, dir string, failOn check.Level, f liveFlags) error {
	if f.renew && f.facts == "" {
		return fault.New(fault.Invalid, "--renew does not say which file.").Instead("Give --facts FILE.")
	}
	endpoints, err := parseEndpoints(f.endpoints)
	if err != nil {
		return err
	}
	if err := secretEndpoints(endpoints, os.Environ()); err != nil {
		return err
	}
	before, err := readFacts(f.facts)
	if err != nil {
		return err
	}
	p, src, err := t.loadClosed(dir)
	if err != nil {
		return err
	}
	log, err := t.logger(c.Context())
	if err != nil {
		return err
	}
	ctx := c.Context()
	live, closed, err := app.Sight(ctx, p, endpoints, log)
	if err != nil {
		return err
	}
	defer closed()
	if f.executor != "" {
		if live.Executor, err = evm.ParseAddress(f.executor); err != nil {
			return fault.New(fault.Invalid, "%q is not an account.", f.executor).Instead("Write 0x and 40 hexadecimal digits.")
		}
	}
	key, err := app.Secret(app.TransactionsKey)
	if err != nil {
		return err
	}
	live.Now, live.Before, live.Open, live.Reach = time.Now(), before, app.Prepared(key, src.Files), app.Reach
	live.Page = app.Page
	report := readiness.LookLive(ctx, live)
	if err := ctx.Err(); err != nil {
		return fault.New(fault.Unavailable, "The look at the chains was stopped.").Because(err)
	}
	if report.Gaps == nil {
		report.Gaps = []readiness.Gap{}
	}
	if f.facts != "" && (before == nil || f.renew) {
		if err := writeFacts(f.facts, report.Facts); err != nil {
			return err
		}
	}
	err = t.print(report, func(w io.Writer) { writeLive(w, report) })
	if err == nil && slices.ContainsFunc(report.Gaps, func(g readiness.Gap) bool { return failOn != "" && g.Level.AtLeast(failOn) }) {
		return told(exitNo)
	}
	return err
}

// readFacts reads what the chains said before; nil if there is no such file yet.
func readFacts(file string) (*readiness.Facts, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read.", file).Because(err)
	}
	var facts readiness.Facts
	if err := json.Unmarshal(b, &facts); err != nil || facts.At.IsZero() {
		return nil, fault.New(fault.Invalid, "%s does not hold what the chains said.", file).Instead("Name a file that tocsin check --live --facts wrote, or one that is not there yet.").Because(err)
	}
	return &facts, nil
}

func writeFacts(file string, facts readiness.Facts) error {
	b, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		return fmt.Errorf("encode facts: %w", err)
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o600); err != nil {
		return fault.New(fault.Invalid, "%s cannot be written.", file).Because(err)
	}
	return nil
}

// writeLive prints the worst first; each gap with what was seen, why it matters and how to mend it, the latter once for all alike.
func writeLive(w io.Writer, r readiness.Report) {
	for _, g := range r.Gaps {
		fmt.Fprintf(w, "%s: %s [%s]\n", g.Level, g.Say, g.Code)
		for _, e := range g.Evidence {
			fmt.Fprintf(w, "    seen: %s\n", e)
		}
		if g.BlockHash != (evm.Hash{}) {
			fmt.Fprintf(w, "    at block %d of chain %d (%s)\n", g.Block, g.Chain, g.BlockHash.Hex())
		}
		fmt.Fprintf(w, "    %s\n    %s\n\n", g.Why, g.Mend)
	}
	for _, x := range r.Trials {
		fmt.Fprintf(w, "%s: %s. %s\n", x.Name, outcomes[x.Outcome], x.Say)
	}
	levels := map[check.Level]int{}
	for _, g := range r.Gaps {
		levels[g.Level]++
	}
	verdict := "Ready"
	if r.Red() {
		verdict = "NOT READY"
	}
	fmt.Fprintf(w, "%s: %s, %s, %s", verdict, count(levels[check.Error], "error"), count(levels[check.Warning], "warning"), count(levels[check.Note], "note"))
	for _, s := range r.Seen {
		fmt.Fprintf(w, "; %s at block %d", s.Name, s.Block)
	}
	fmt.Fprintln(w, ".")
}

// outcomes says what became of a trial.
var outcomes = map[string]string{
	readiness.Works: "would work now", readiness.Fails: "WOULD FAIL NOW", readiness.InEffect: "is in effect already", readiness.Untried: "was not tried",
}
