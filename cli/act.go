package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/act"
	"tocsin/action"
	"tocsin/app"
	"tocsin/fault"
	"tocsin/outside"
	"tocsin/plan"
)

// actFlags are what every step of tocsin act is told.
type actFlags struct {
	voucher
	plan      string
	endpoints []string
}

func (f *actFlags) flags(c *cobra.Command, chains bool) {
	c.Flags().StringVar(&f.plan, "plan", "", "plan folder")
	c.Flags().StringVar(&f.trust, "trust", "", "trust file; see tocsin trust")
	c.Flags().StringVar(&f.adoptions, "adoptions", "", "file of adoptions that leads from the trusted plan to the one in force; see tocsin adopt export")
	if chains {
		c.Flags().StringArrayVar(&f.endpoints, "endpoint", nil, "JSON-RPC endpoint of a chain, CHAINID=URL (http, https, ws, wss); may be repeated; or "+endpointVariable+"CHAINID in the environment")
	}
}

// load reads the plan folder.
func (t *terminal) actPlan(f *actFlags) (*plan.Plan, error) {
	if f.plan == "" {
		return nil, fault.New(fault.Invalid, "Nothing says where the plan is.").Instead("Give --plan DIR.")
	}
	p, _, err := t.load(f.plan)
	return p, err
}

// connect reaches a chain.
func (t *terminal) connect(ctx context.Context, f *actFlags, id uint64) (act.Client, error) {
	all, err := parseEndpoints(f.endpoints)
	if err == nil {
		err = secretEndpoints(all, os.Environ())
	}
	if err != nil {
		return nil, err
	}
	if len(all[id]) == 0 {
		return nil, fault.New(fault.Invalid, "No endpoint of chain %d is named.", id).Instead("Give --endpoint %d=URL or set %s%d.", id, endpointVariable, id)
	}
	log, err := t.logger(ctx)
	if err != nil {
		return nil, err
	}
	return app.Connect(ctx, id, all[id], log)
}

func (t *terminal) act() *cobra.Command {
	c := t.actPrepare("act ACTION --plan DIR --endpoint CHAINID=URL")
	c.Short = "Carry an action of the plan out without a server: prepare, sign, merge, send"
	c.Long = `Act does from any laptop what the server would do: with the plan folder, an endpoint and the people's keys.

  tocsin act ACTION --plan DIR --endpoint …          writes a request: what is to be signed, in words and hashes
  tocsin act sign REQUEST --plan DIR --keystore KEY   on each approver's own machine: writes a signature file
  tocsin act merge REQUEST FILE… --plan DIR           takes signature files in, and says who is still wanted
  tocsin act send REQUEST --plan DIR --endpoint … --keystore EXECUTOR
                                                      simulates, sends, and verifies the effect
  tocsin act import RECORD --data DIR --as PERSON     later: takes the record into the server's

Whatever the plan does not declare, or its decisions do not authorise, is refused. Merge and send on one machine only: the record of what
was sent lies beside the request there. A machine that was stopped goes on by running the same command again; nothing is sent twice.`
	prepare := t.actPrepare("prepare ACTION --plan DIR --endpoint CHAINID=URL")
	prepare.Short = "Write a request to carry out an action of the plan"
	c.AddCommand(prepare, t.actSign(), t.actMerge(), t.actShow(), t.actSend(), t.actImport())
	return c
}

// asked is a request as JSON.
type asked struct {
	File     string          `json:"file"`
	Request  outside.Request `json:"request"`
	Action   action.Prepared `json:"action"`
	Trial    act.Trial       `json:"trial"`
	Domain   string          `json:"domain_hash"` // of the message
	Message  string          `json:"message_hash"`
	Digest   string          `json:"digest"`
	SafeHash string          `json:"safe_hash,omitempty"`
}

func (t *terminal) actPrepare(use string) *cobra.Command {
	var f actFlags
	var as, by, from, out string
	var nonce int64
	c := &cobra.Command{
		Use: use, Args: exactly("an action of the plan"),
		RunE: func(c *cobra.Command, args []string) error {
			p, err := t.actPlan(&f)
			if err != nil {
				return err
			}
			if as != "" {
				if _, ok := p.Person(as); !ok {
					return fault.New(fault.Invalid, "The plan names no person %q.", as).Instead("It names: %s.", people(p))
				}
			}
			sender, err := flagAddress("from", from)
			if err != nil {
				return err
			}
			if _, ok := p.Action(args[0]); !ok {
				return fault.New(fault.Forbidden, "The plan declares no action %q.", args[0]).Instead("Only what the plan declares can be sent: %s.", actions(p))
			}
			pr, err := action.Prepare(p, args[0])
			if err != nil {
				return err
			}
			if err := outside.Carries(pr); err != nil {
				return err
			}
			client, err := t.connect(c.Context(), &f, pr.Chain)
			if err != nil {
				return err
			}
			defer client.Close()
			r, err := request(c.Context(), client, p, outside.Asking{Action: args[0], Decision: by, Proposer: as, Now: time.Now()}, nonce)
			if err != nil {
				return err
			}
			if _, err := t.vouchRequest(c.Context(), &f, p, r); err != nil {
				return err
			}
			if pr, err = r.Prepared(p); err != nil {
				return err
			}
			trial, err := act.Try(c.Context(), client, p, pr, sender)
			if err != nil {
				return err
			}
			if out == "" {
				out = args[0] + ".json"
			}
			if err := act.Create(out, r); err != nil {
				return err
			}
			return t.showRequest(out, f.plan, p, r, pr, trial)
		},
	}
	f.flags(c, true)
	c.Flags().StringVar(&as, "as", "", "id of the person who proposes it, as in the plan")
	c.Flags().StringVar(&by, "decision", "", "decision of the plan that authorises it, if there are several")
	c.Flags().StringVar(&from, "from", "", "account that will send it, to simulate the call; a Safe's calls are simulated as the Safe")
	c.Flags().Int64Var(&nonce, "nonce", -1, "nonce of the Safe's transaction, if not its next")
	c.Flags().StringVarP(&out, "out", "o", "", "file to write; ACTION.json if not given; an existing file is not overwritten")
	return c
}

// request makes a request from what the chain says.
func request(ctx context.Context, client act.Client, p *plan.Plan, a outside.Asking, nonce int64) (outside.Request, error) {
	var err error
	if a.Facts, err = act.Facts(ctx, client, p, a.Action); err != nil {
		return outside.Request{}, err
	}
	switch {
	case a.Facts == nil && nonce >= 0:
		return outside.Request{}, fault.New(fault.Invalid, "No Safe carries out the action %s, and --nonce is that of a Safe.", a.Action).Instead("Leave --nonce out.")
	case nonce >= 0:
		a.Nonce = uint64(nonce)
	case a.Facts != nil:
		a.Nonce = a.Facts.Nonce
	}
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		return outside.Request{}, fmt.Errorf("choose an id: %w", err)
	}
	a.ID = "act-" + hex.EncodeToString(b[:])
	return outside.Ask(p, a)
}

// vouchRequest proves a request by the plan folder, and the folder by what this machine trusts. It shows what the action does.
func (t *terminal) vouchRequest(ctx context.Context, f *actFlags, p *plan.Plan, r outside.Request) (action.Prepared, error) {
	if err := r.Check(p); err != nil {
		return action.Prepared{}, err
	}
	if err := f.gather(ctx, nil, p.Protocol); err != nil {
		return action.Prepared{}, err
	}
	file, err := readTrust(f.trust)
	if err != nil {
		return action.Prepared{}, err
	}
	if file.Protocols[p.Protocol] == nil {
		fmt.Fprintf(t.err, "NOTHING ON THIS MACHINE VOUCHES FOR THE PLAN in %s: %s.\nPin the plan that you have read: tocsin trust DIR\n\n", printable(f.plan), p.Hash().Hex())
		return r.Prepared(p)
	}
	if _, err := t.trustedFor(&f.voucher, file, file.Protocols[p.Protocol], r.Message); err != nil {
		return action.Prepared{}, err
	}
	return r.Prepared(p)
}

func actions(p *plan.Plan) string {
	var ids []string
	for _, a := range p.Actions {
		ids = append(ids, a.ID)
	}
	slices.Sort(ids)
	return strings.Join(ids, ", ")
}

func (t *terminal) showRequest(file, folder string, p *plan.Plan, r outside.Request, pr action.Prepared, trial act.Trial) error {
	domain, message := r.Message.With("approve").Parts()
	x := asked{
		File: file, Request: r, Action: pr, Trial: trial, Domain: domain.Hex(), Message: message.Hex(), Digest: r.Message.With("approve").Digest().Hex(),
	}
	if h, ok := r.Hash(p); ok {
		x.SafeHash = h.Hex()
	}
	d, _ := p.Decision(r.Decision)
	return t.print(x, func(w io.Writer) {
		writeAction(w, pr)
		writeTrial(w, trial)
		writeHashes(w, r, pr)
		fmt.Fprintf(w, "%s\n", d.Name)
		fmt.Fprintf(w, "  %s holds the request. It can be signed and sent until %s.\n", file, r.Expires().Format("2006-01-02 15:04 UTC"))
		fmt.Fprintf(w, "  Each approver, on their own machine:  tocsin act sign %s --plan %s --keystore KEY\n", file, folder)
		fmt.Fprintf(w, "  Here, with what they send back:       tocsin act merge %s FILE… --plan %s\n", file, folder)
		fmt.Fprintf(w, "  Then:                                 tocsin act send %s --plan %s --endpoint %d=URL --keystore EXECUTOR\n", file, folder, pr.Chain)
	})
}

// writeAction says in words what an action does.
func writeAction(w io.Writer, pr action.Prepared) {
	x := pr.Words
	fmt.Fprintf(w, "%s\n", x.Sentence)
	for _, line := range [][2]string{
		{"target", x.Target},
		{"chain", x.Chain},
		{"function", x.Function},
		{"value", x.Value},
		{"calldata", pr.Data.String()},
		{"changes", x.Changes},
		{"harms", x.Harms},
		{"not when", x.NotWhen},
		{"proof", x.Effect},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "  %-11s %s\n", line[0], line[1])
		}
	}
}

// writeHashes shows what is signed, as devices show it.
func writeHashes(w io.Writer, r outside.Request, pr action.Prepared) {
	m := r.Message.With("approve")
	domain, message := m.Parts()
	fmt.Fprintf(w, "What approvers sign: the message\n  plan        %s\n  action      %s\n  domain      %s\n  message     %s\n  digest      %s\n",
		m.Plan.Hex(), m.Action.Hex(), domain.Hex(), message.Hex(), m.Digest().Hex())
	if pr.Safe == nil || pr.Safe.Transaction == nil {
		return
	}
	h, f := pr.Safe.Hashes, pr.Safe.Facts
	fmt.Fprintf(w, "What owners of the Safe %s sign: its transaction with the nonce %d\n  domain      %s\n  message     %s\n  hash        %s\n",
		pr.Safe.Name, pr.Safe.Transaction.Nonce, h.Domain.Hex(), h.Message.Hex(), h.Hash.Hex())
	fmt.Fprintf(w, "  %d of its %d owners must sign, by block %d. A signature of it counts until the nonce is used and cannot be recalled.\n", f.Threshold, len(f.Owners), f.Block)
	for _, s := range pr.Safe.Warnings {
		fmt.Fprintf(w, "  %s\n", s)
	}
}

// writeTrial says what would become of it now.
func writeTrial(w io.Writer, x act.Trial) {
	if x.Got != "" {
		already := ""
		if x.Holds {
			already = " IT IS IN EFFECT ALREADY: nothing needs to be sent."
		}
		fmt.Fprintf(w, "Now, at block %d: the proof reads %s.%s\n", x.Block, x.Got, already)
	}
	for _, s := range x.Fails {
		fmt.Fprintf(w, "  SIMULATED, IT FAILS: %s\n", s)
	}
	switch {
	case x.Lacking != "":
		fmt.Fprintf(w, "  Not simulated: %s Give --from ADDRESS.\n", x.Lacking)
	case x.Tried && len(x.Fails) == 0:
		fmt.Fprintf(w, "  Simulated at block %d, it goes through.\n", x.Block)
	}
}
