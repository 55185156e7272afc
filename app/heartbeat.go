package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/watch"
)

// The times of a heartbeat.
const (
	beatEvery = time.Minute
	beatFor   = 10 * time.Second // a ping that takes longer has failed
	staleFor  = 2 * time.Minute  // a head older than that, or than ten blocks, is not well
)

// heartbeat asks for a URL once a minute while all is well, so that somebody else can watch the watcher: whoever holds the
// URL raises the alarm when it is no longer asked for. It is silent when a chain is not seen, stands still or is seen late, when
// the database does not answer, and when the engine found promises that are not kept; a machine that stopped is silent of itself.
type heartbeat struct {
	url     string
	http    *http.Client
	plans   func() []*plan.Plan     // in force, of the protocols served
	chains  func(chain uint64) bool // whether a chain has an endpoint
	watched func(ctx context.Context, protocol string, chain uint64) (incident.Watched, error)
	state   func(ctx context.Context, key string) ([]byte, error) // of a watch
	audited func() (engine.Audit, error)
	leftOut func(ctx context.Context) error // protocols whose open incidents nobody watches for; nil: none
	now     func() time.Time
	log     *slog.Logger
}

// checkHeartbeat says what is wrong with the URL of a heartbeat; the URL is a secret.
func checkHeartbeat(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return fault.New(fault.Invalid, "TOCSIN_HEARTBEAT_URL is not an address on the web.").Instead("Give the whole address that the other service waits for, such as https://host/path.")
	}
	return nil
}

// run beats until ctx ends. What is not well is logged once, and that it is well again.
func (h *heartbeat) run(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	last := ""
	for {
		said := ""
		if err := h.beat(ctx); err != nil && ctx.Err() == nil {
			said = err.Error()
		}
		switch {
		case said == last:
		case said == "":
			h.log.Info("the heartbeat goes on")
		default:
			h.log.Warn("no heartbeat is sent", "why", said)
		}
		last = said
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *heartbeat) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, beatFor)
	defer cancel()
	if err := h.well(ctx); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url, nil)
	if err != nil {
		return fmt.Errorf("the heartbeat's address cannot be asked")
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s does not answer", req.URL.Host) // the error would name the whole address
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s answers %s", req.URL.Host, resp.Status)
	}
	return nil
}

// well reports what is not.
func (h *heartbeat) well(ctx context.Context) error {
	if err := h.seen(ctx); err != nil {
		return err
	}
	if h.leftOut != nil {
		if err := h.leftOut(ctx); err != nil {
			return err
		}
	}
	a, err := h.audited()
	if err != nil {
		return err
	}
	return a.Err()
}

// lately reports whether any node has seen a chain of a plan lately.
func (h *heartbeat) lately(ctx context.Context, p *plan.Plan) bool {
	for _, c := range p.Chains {
		if w, err := h.watched(ctx, p.Protocol, c.ID); err == nil && h.now().Sub(w.At) <= stale(c) {
			return true
		}
	}
	return false
}

// stale is how old the head of a chain that is watched may be.
func stale(c plan.Chain) time.Duration { return max(staleFor, 10*time.Duration(c.BlockTime)) }

// seen reports a chain that nobody has seen lately for one of the protocols, or a database that does not say.
func (h *heartbeat) seen(ctx context.Context) error {
	plans := h.plans()
	for _, p := range plans {
		for _, c := range p.Chains {
			if !h.chains(c.ID) {
				continue
			}
			if err := h.saw(ctx, p, c); err != nil {
				if len(plans) > 1 {
					return fmt.Errorf("%s: %w", p.Protocol, err)
				}
				return err
			}
		}
	}
	return nil
}

// saw reports that a protocol's watch of a chain is not well.
func (h *heartbeat) saw(ctx context.Context, p *plan.Plan, c plan.Chain) error {
	w, err := h.watched(ctx, p.Protocol, c.ID)
	if err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	if age := h.now().Sub(w.At); age > stale(c) {
		return fmt.Errorf("chain %d was last seen at block %d", c.ID, w.Block)
	}
	b, err := h.state(ctx, engine.WatchKey(p.Protocol, c.ID))
	if err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	names, err := watch.Unwell(b)
	if err != nil {
		return fmt.Errorf("chain %d: %w", c.ID, err)
	}
	if len(names) > 0 {
		return fmt.Errorf("the watch of chain %d is %s", c.ID, strings.Join(names, " and "))
	}
	return nil
}
