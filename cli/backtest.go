package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/backtest"
	"tocsin/evm"
	"tocsin/fault"
)

// backtestMemory is how much memory a replay keeps to, in bytes, unless the environment says otherwise.
const backtestMemory = 160 << 20

// replayFlags are what the command line says of a replay.
type replayFlags struct {
	plan        string
	blocks      []string
	endpoint    []string
	from, to    uint64
	rate        float64
	parallel    int
	attackTx    string
	attackBlock uint64

	record   bool
	recorder desk
}

func (t *terminal) backtest() *cobra.Command {
	var o backtest.Options
	var f replayFlags
	c := &cobra.Command{
		Use:   "backtest --plan DIR (--blocks FILE... | --endpoint CHAINID=URL --from N --to N)",
		Short: "Replay history through the detectors: what they would have found, when, and how often in vain",
		Long: `Backtest passes blocks that have been through the plan's detectors, whatever their mode, and tells for each what it would have
found. With --attack-tx or --attack-block it also tells how soon each would have found that attack, and how many false alarms
came before. Nobody is paged and nothing is recorded, but with --record, --data and --as: what each detector found is then kept with
the plan in force, for a detector that is to act by itself needs a backtest on record.

Blocks come from an endpoint or from files with one JSON object on each line, plain, .gz or .zst:
  {"block": as eth_getBlockByNumber with whole transactions, "receipts": as eth_getBlockReceipts}
Each block must be what its hash says and follow the one before. With --unverified blocks may lack roots, receipts and
whatever else no detector looks at, and some may be missing.

With --state a run that was stopped goes on where it was. Exit 0; 1 if an attack was named and nothing found it; 2 if the input
cannot be used.`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 && len(f.blocks) == 0 {
				return fault.New(fault.Invalid, "Backtest does not know what to do with %q.", args[0]).Instead("Name files with --blocks FILE.")
			}
			f.blocks = append(f.blocks, args...)
			if c.Flags().Changed("attack-block") {
				o.AttackBlock = &f.attackBlock
			}
			return t.replay(c, o, f)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.plan, "plan", "", "folder with the plan")
	fl.StringArrayVar(&f.blocks, "blocks", nil, "file with a block on each line; more may follow")
	fl.StringArrayVar(&f.endpoint, "endpoint", nil, "JSON-RPC endpoint of a chain, CHAINID=URL (http, https, ws, wss); may be repeated; or "+endpointVariable+"CHAINID in the environment with --chain")
	fl.Uint64Var(&f.from, "from", 0, "first block to ask the endpoint for")
	fl.Uint64Var(&f.to, "to", 0, "last block to ask the endpoint for; its newest if not given")
	fl.Float64Var(&f.rate, "rate", 0, "most blocks to ask the endpoint for in a second; 0 is no limit")
	fl.Uint64Var(&o.ReadEvery, "read-every", 1, "read states and balances at every so many blocks; their detectors need an endpoint that is an archive node")
	fl.IntVar(&f.parallel, "parallel", 8, "blocks to ask the endpoint for at the same time")
	fl.Uint64Var(&o.Chain, "chain", 0, "chain of the blocks, where the plan's detectors look at several")
	fl.StringSliceVar(&o.Detectors, "detector", nil, "only these detectors; may be repeated")
	fl.StringVar(&f.attackTx, "attack-tx", "", "first transaction of the attack that should have been found")
	fl.Uint64Var(&f.attackBlock, "attack-block", 0, "or the block in which it began")
	fl.BoolVar(&o.Loose, "unverified", false, "take the blocks of files as they are, with gaps and without proofs")
	fl.BoolVar(&f.record, "record", false, "keep what was found in the data folder, once the replay has come to its end")
	f.recorder.flags(c, true)
	f.recorder.ofProtocol(c)
	fl.StringVar(&o.State, "state", "", "file to keep what was done in, and to go on from")
	return c
}

// replay runs a backtest and prints its report, also one that ended before its time.
func (t *terminal) replay(c *cobra.Command, o backtest.Options, f replayFlags) error {
	if err := f.check(&o); err != nil {
		return err
	}
	var err error
	if o.AttackTx, err = parseTx(f.attackTx); err != nil {
		return err
	}
	p, src, err := t.load(f.plan)
	if err != nil {
		return err
	}
	o.Plan, o.Files = p, src.Files
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(backtestMemory)
	}
	ctx := c.Context()
	closeSource, err := t.source(ctx, &o, f)
	if err != nil {
		return err
	}
	defer closeSource()
	bar := newBar(t.err)
	o.Progress = bar.show
	report, err := backtest.Run(ctx, o)
	bar.clear()
	if errors.Is(err, context.Canceled) {
		f := fault.New(fault.Invalid, "The replay was stopped.")
		if o.State != "" {
			f = f.Instead("The same command goes on where it was.")
		}
		if err = f; report != nil {
			report.Error = fault.Sentence(f)
		}
	}
	if report == nil {
		return err
	}
	if err == nil && f.record {
		if err := t.recordTests(ctx, f.recorder, p, report); err != nil {
			return err
		}
	}
	said := t.print(report, func(w io.Writer) { writeBacktest(w, p, report) })
	switch {
	case err != nil && !t.json:
		return errors.Join(err, said)
	case err != nil:
		return errors.Join(told(exitUnusable), said)
	case said == nil && report.Caught != nil && !*report.Caught:
		return told(exitNo)
	}
	return said
}

// check says which flags do not go together.
func (f replayFlags) check(o *backtest.Options) error {
	fromEndpoint := len(f.endpoint) > 0 || len(f.blocks) == 0 && o.Chain != 0
	switch {
	case f.record && f.recorder.data == "":
		return fault.New(fault.Invalid, "Nothing says where to record it.").Instead("Give --data DIR and --as PERSON.")
	case f.record && o.Loose:
		return fault.New(fault.Invalid, "What was not verified is not recorded.").Instead("Leave --unverified or --record out.")
	case f.plan == "":
		return fault.New(fault.Invalid, "No plan folder is named.").Instead("Give --plan DIR.")
	case fromEndpoint == (len(f.blocks) > 0):
		return fault.New(fault.Invalid, "Say where the blocks come from.").Instead("Give --blocks FILE, or --endpoint CHAINID=URL with --from and --to.")
	case fromEndpoint && o.Loose:
		return fault.New(fault.Invalid, "What an endpoint says is always verified.").Instead("Leave --unverified out.")
	case !fromEndpoint && (f.from != 0 || f.to != 0):
		return fault.New(fault.Invalid, "--from and --to go with an endpoint; of files all blocks are replayed.").Instead("Leave them out.")
	case f.attackTx != "" && o.AttackBlock != nil:
		return fault.New(fault.Invalid, "An attack is named by its first transaction or by its block.").Instead("Give one of --attack-tx and --attack-block.")
	}
	return nil
}

// source opens where the blocks come from.
func (t *terminal) source(ctx context.Context, o *backtest.Options, f replayFlags) (closed func(), err error) {
	if len(f.blocks) > 0 {
		o.Source = backtest.NewFiles(f.blocks, o.Loose)
		return func() {}, nil
	}
	id, urls, err := f.where(o.Chain)
	if err != nil {
		return nil, err
	}
	log, err := t.logger(ctx)
	if err != nil {
		return nil, err
	}
	client, err := app.History(ctx, id, urls, log)
	if err != nil {
		return nil, err
	}
	if f.to == 0 {
		head, err := client.Head(ctx)
		if err != nil {
			client.Close()
			return nil, err
		}
		f.to = head.Number
	}
	o.Chain, o.Workers = id, f.parallel
	o.Source = backtest.NewEndpoint(client, f.from, f.to, f.rate)
	return client.Close, nil
}

// where are the endpoints to ask: those named, or those of the chain named in the environment.
func (f replayFlags) where(chain uint64) (id uint64, urls []string, err error) {
	if len(f.endpoint) == 0 {
		name := endpointVariable + strconv.FormatUint(chain, 10)
		text, err := app.Secret(name)
		if err != nil {
			return 0, nil, err
		}
		if urls = strings.Fields(text); len(urls) > 0 {
			return chain, urls, nil
		}
		return 0, nil, fault.New(fault.Invalid, "No endpoint of chain %d is named.", chain).Instead("Give --endpoint %d=URL or set %s.", chain, name)
	}
	for _, text := range f.endpoint {
		of, url, err := parseEndpoint(text)
		if err != nil {
			return 0, nil, err
		}
		if id != 0 && of != id {
			return 0, nil, fault.New(fault.Invalid, "One chain is replayed at a time, and the endpoints are of chains %d and %d.", id, of).Instead("Give endpoints of one chain.")
		}
		id, urls = of, append(urls, url)
	}
	if chain != 0 && chain != id {
		return 0, nil, fault.New(fault.Invalid, "The endpoint is of chain %d, and --chain says %d.", id, chain).Instead("Leave --chain out.")
	}
	return id, urls, nil
}

// parseTx reads the hash of a transaction.
func parseTx(s string) (h evm.Hash, err error) {
	if s == "" {
		return h, nil
	}
	if h.UnmarshalText([]byte(s)) != nil || h == (evm.Hash{}) {
		return evm.Hash{}, fault.New(fault.Invalid, "%q is not the hash of a transaction.", s).Instead("Write 0x and 64 hexadecimal digits.")
	}
	return h, nil
}
