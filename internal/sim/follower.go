package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
)

// followed is what a follower of the chain keeps: the last blocks that it saw, and what it found in them.
type followed []followedBlock

type followedBlock struct {
	Number uint64   `json:"number"`
	Hash   evm.Hash `json:"hash"`
	Found  []string `json:"found,omitempty"`
}

// keptBlocks is how many blocks a follower keeps: more than can be forgotten.
const keptBlocks = 3 * deepest

// watch lets a node follow the chain to its head, if no other holds the lease.
func (n *node) watch(ctx context.Context) error {
	w := n.world
	key := engine.WatchKey(w.ground.Plan.Protocol, chainID)
	epoch, ok, err := n.engine.Lease(ctx, key, n.engine.Now().Add(3*time.Second))
	if err != nil || !ok {
		return err
	}
	text, err := n.engine.WatchState(ctx, key)
	if err != nil {
		return err
	}
	var kept followed
	if text == nil {
		kept = followed{{Number: genesis, Hash: w.chain.blocks[0].hash}}
	} else if err := json.Unmarshal(text, &kept); err != nil {
		return fmt.Errorf("read what was followed: %w", err)
	}
	for {
		o, next := w.chain.follow(kept)
		if next == nil {
			return nil
		}
		kept = next
		if o.State, err = json.Marshal(kept); err != nil {
			return fmt.Errorf("keep what was followed: %w", err)
		}
		o.Key, o.Epoch, o.Protocol = key, epoch, w.ground.Plan.Protocol
		if err := n.engine.Observe(ctx, o); err != nil {
			return err
		}
		if n.power.dead {
			return nil
		}
	}
}

// follow makes the next observation of whoever has seen some blocks; nil if there is no more to be seen.
func (c *chain) follow(kept followed) (engine.Observation, followed) {
	o := engine.Observation{Chain: chainID, RetractedWhy: "Its block was forgotten."}
	kept = slices.Clone(kept)
	for {
		last := kept[len(kept)-1]
		if b := c.at(last.Number); b != nil && b.hash == last.Hash {
			break
		}
		o.Retracted = append(o.Retracted, last.Found...)
		kept = kept[:len(kept)-1]
	}
	b := c.at(kept[len(kept)-1].Number + 1)
	if b == nil { // the new branch is not as long yet
		return o, nil
	}
	fb := followedBlock{Number: b.number, Hash: b.hash}
	for _, f := range b.found {
		fb.Found = append(fb.Found, f.ID)
	}
	o.Findings, o.Block, o.BlockTime = b.found, b.number, c.world.now
	if c.world.ground.blink && b.number%3 == 0 {
		o.Findings = nil
	}
	kept = append(kept, fb)
	return o, kept[max(0, len(kept)-keptBlocks):]
}

// finding is what a detector finds.
func (w *World) finding(id, detector, amount string) incident.Finding {
	f := incident.Finding{ID: id, Detector: detector, Mode: "page", Issues: w.ground.Plan.IssuesOf(detector), At: w.now, Amount: amount, Say: "Something is seen."}
	if d, ok := w.ground.Plan.Detector(detector); ok {
		f.Mode, f.Asset = d.Mode, d.Asset
	}
	if w.ground.loud {
		f.Mode = "page"
	}
	return f
}

// feed is what is not on the chain: items that a follower reads one after the other, and reports of other monitors, who
// send each until it was taken.
type feed struct {
	items int
	sent  []incident.Finding
	heard map[string]bool
}

const feedKey = "feed/status"

// follow lets a node read a feed, on which there are so many items by now.
func (n *node) follow(ctx context.Context, items string) error {
	w := n.world
	count, err := strconv.Atoi(items)
	if err != nil {
		return err
	}
	w.feed.items = max(w.feed.items, count)
	epoch, ok, err := n.engine.Lease(ctx, feedKey, n.engine.Now().Add(3*time.Second))
	if err != nil || !ok {
		return err
	}
	text, err := n.engine.WatchState(ctx, feedKey)
	if err != nil {
		return err
	}
	read, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	if read >= w.feed.items {
		return nil
	}
	o := engine.Observation{Key: feedKey, Epoch: epoch, State: []byte(strconv.Itoa(w.feed.items)), Protocol: w.ground.Plan.Protocol}
	for read++; read <= w.feed.items; read++ {
		o.Findings = append(o.Findings, w.finding(feedItem(read), "odd", strconv.Itoa(read)))
	}
	return n.engine.Observe(ctx, o)
}

func feedItem(n int) string { return "feed-" + strconv.Itoa(n) }

// hear lets a node take the report of another monitor, by its number.
func (n *node) hear(ctx context.Context, detector string, number int) error {
	w := n.world
	f := w.finding(fmt.Sprintf("hook-%d", number), detector, strconv.Itoa(number))
	if i := slices.IndexFunc(w.feed.sent, func(g incident.Finding) bool { return g.ID == f.ID }); i >= 0 {
		f = w.feed.sent[i]
	} else {
		w.feed.sent = append(w.feed.sent, f)
	}
	return n.report(ctx, f)
}

// report tells a node of a finding; the monitor sends it again until it was taken.
func (n *node) report(ctx context.Context, f incident.Finding) error {
	w := n.world
	err := n.engine.Observe(ctx, engine.Observation{Protocol: w.ground.Plan.Protocol, Findings: []incident.Finding{f}})
	if err == nil && !n.power.dead {
		if w.feed.heard == nil {
			w.feed.heard = map[string]bool{}
		}
		w.feed.heard[f.ID] = true
	}
	return err
}
