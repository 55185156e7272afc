package cli

import (
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/incident"
)

// confirmFlags say how the chains are reached on which contracts say what they signed.
type confirmFlags struct {
	command   *cobra.Command
	endpoints []string
}

func (f *confirmFlags) flags(c *cobra.Command) {
	f.command = c
	c.Flags().StringArrayVar(&f.endpoints, "endpoint", nil, "JSON-RPC endpoint of a chain, CHAINID=URL, for the signature of a contract: its chain is asked; may be repeated, or "+endpointVariable+"CHAINID in the environment")
}

// confirmed is what a contract answers of a signature that is handed in; nil for one that needs no asking.
func (t *terminal) confirmed(f *confirmFlags, v *engine.View, id, choice, why string, sig []byte) (*decision.ContractFact, error) {
	who, err := f.command.Flags().GetString("as")
	if err != nil {
		return nil, err
	}
	d := v.State.Decision(id)
	if d == nil {
		return nil, nil // the engine says what there is
	}
	return t.asked(f, d, incident.Unproven(v.Plan, v.State, d, who, choice, why, sig), v.State.Now(time.Now()))
}

// asked is what the contracts answer that a signature may be of; nil if there are none. d is nil for what no decision is about.
func (t *terminal) asked(f *confirmFlags, d *incident.Decision, list []incident.Vouched, now time.Time) (*decision.ContractFact, error) {
	if len(list) == 0 {
		return nil, nil
	}
	endpoints, err := parseEndpoints(f.endpoints)
	if err == nil {
		err = secretEndpoints(endpoints, os.Environ())
	}
	if err != nil {
		return nil, err
	}
	log, err := t.logger(f.command.Context())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(f.command.Context(), 30*time.Second)
	defer cancel()
	return app.Confirm(ctx, endpoints, d, list, now, log)
}
