package app

import (
	"context"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/action"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/plan"
	"tocsin/web"
)

// gauges keep what the console shows of the contracts: how much stands in each, and whether the effects that the plan's
// actions aim at hold. They are read at new heads, so that a page answers from what is known.
type gauges struct {
	clients map[uint64]chain.Client
	log     *slog.Logger

	mu    sync.Mutex
	plan  *plan.Plan               // in force
	known map[uint64][]web.Reading // by chain
}

// gaugePause is the least time between two readings of a chain.
const gaugePause = time.Second

// readings are those of a protocol's contracts; none of one that this server was not started with.
func (s *server) readings(_ context.Context, protocol string) []web.Reading {
	if x := s.find(protocol); x != nil {
		return x.gauges.readings()
	}
	return nil
}

func (g *gauges) readings() []web.Reading {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []web.Reading
	for _, c := range g.plan.Chains {
		list = append(list, g.known[c.ID]...)
	}
	return list
}

// adopt shows what another plan names, from the next head on.
func (g *gauges) adopt(p *plan.Plan) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.plan = p
}

func (g *gauges) inForce() *plan.Plan {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.plan
}

// run reads one chain at its new heads until ctx ends.
func (g *gauges) run(ctx context.Context, id uint64) { g.follow(ctx, id, g.clients[id]) }

// follow reads a chain by a client until ctx ends.
func (g *gauges) follow(ctx context.Context, id uint64, client chain.Client) {
	last := time.Time{}
	for ctx.Err() == nil {
		err := client.Heads(ctx, func(h evm.Header) error {
			if time.Since(last) < gaugePause {
				return nil
			}
			last = time.Now()
			list := g.read(ctx, id, client, h)
			g.mu.Lock()
			defer g.mu.Unlock()
			if g.known == nil {
				g.known = map[uint64][]web.Reading{}
			}
			g.known[id] = list
			return nil
		})
		if err != nil && ctx.Err() == nil {
			g.log.Warn("read contracts", "chain", id, "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(gaugePause):
		}
	}
}

func (g *gauges) read(ctx context.Context, id uint64, client chain.Client, h evm.Header) []web.Reading {
	var list []web.Reading
	at := time.Unix(int64(h.Time), 0).UTC()
	p := g.inForce()
	for _, a := range p.Assets {
		if a.Chain != id || a.Address == (evm.Address{}) {
			continue
		}
		r := web.Reading{Asset: a.ID, Label: a.Name, Block: h.Number, At: at}
		var say []string
		for _, e := range effects(p, a) {
			got, err := ask(ctx, client, e.effect, h.Number)
			if err != nil {
				g.log.Debug("read contract", "asset", a.ID, "err", err)
				continue
			}
			m, err := evm.ParseSignature(e.effect.Function)
			if err != nil {
				continue
			}
			name := m.Name
			switch got {
			case "true":
				r.Value = name
			case "false":
				r.Value, r.Danger = "not "+name, e.halts
			default:
				r.Value = name + " " + got
			}
			break
		}
		if a.Holdings != nil {
			if e, err := action.PrepareReading(p, *a.Holdings); err == nil {
				if got, err := ask(ctx, client, e, h.Number); err == nil {
					held := amountText(got, a.Decimals, a.Unit)
					if r.Value == "" {
						r.Value = held
					} else {
						say = append(say, held+" in it")
					}
				}
			}
		}
		r.Say = strings.Join(say, ", ")
		if r.Value != "" {
			list = append(list, r)
		}
	}
	return list
}

// aim is an effect that an action of the plan aims at.
type aim struct {
	effect action.Effect
	halts  bool // the action halts an issue: that it does not hold matters during an incident
}

// effects lists the effects that actions aim at in a contract, those of halting steps first.
func effects(in *plan.Plan, a plan.Asset) []aim {
	var list []aim
	for _, x := range in.Actions {
		if x.Asset != a.ID || x.Effect == nil {
			continue
		}
		pr, err := action.Prepare(in, x.ID)
		if err != nil || pr.Effect == nil {
			continue
		}
		halts := slices.ContainsFunc(in.Procedures, func(p plan.Procedure) bool {
			return slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Action == x.ID && s.Purpose == "halt" })
		})
		list = append(list, aim{*pr.Effect, halts})
	}
	slices.SortStableFunc(list, func(a, b aim) int {
		switch {
		case a.halts && !b.halts:
			return -1
		case b.halts && !a.halts:
			return 1
		}
		return 0
	})
	return list
}

func ask(ctx context.Context, c chain.Client, e action.Effect, block uint64) (string, error) {
	b, err := c.Call(ctx, chain.Message{To: &e.To, Data: e.Data}, &block)
	if err != nil {
		return "", err
	}
	_, got, err := e.Holds(b)
	return got, err
}

// amountText writes an amount in the unit's own terms: 12,000,000.5 HUSD.
func amountText(wei string, decimals int, unit string) string {
	n, ok := new(big.Int).SetString(wei, 10)
	if !ok || decimals < 0 || decimals > 77 {
		return strings.TrimSpace(wei + " " + unit)
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	whole, rest := new(big.Int).QuoRem(n, scale, new(big.Int))
	digits := whole.String()
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 && digits[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if rest.Sign() != 0 {
		frac := strings.TrimRight(fmt.Sprintf("%0*s", decimals, rest.String()), "0")
		b.WriteString("." + frac[:min(2, len(frac))])
	}
	return strings.TrimSpace(b.String() + " " + unit)
}

// tokens writes an amount of the demo's token.
func tokens(wei string) string { return amountText(wei, 18, "HUSD") }
