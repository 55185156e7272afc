package watch

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"tocsin/detect"
	"tocsin/evm"
	"tocsin/incident"
)

// maxDoubts bounds how many reasons are told of one chain, whatever an endpoint makes up.
const maxDoubts = 64

// doubt notes why a block cannot be verified. Each reason is a finding once in the life of the watch: the chain is watched
// on. It calls people only where the plan says so, by naming "unverifiable" among the detections of an issue.
func (c *committer) doubt(b *evm.Block) {
	s, why := c.state, b.Unverified
	if why == "" || slices.Contains(s.Doubts, why) || len(s.Doubts) == maxDoubts {
		return
	}
	s.Doubts = append(s.Doubts, why)
	issues, mode := c.w.o.Plan.IssuesOf("unverifiable"), detect.Observe
	if len(issues) > 0 {
		mode = detect.Page
	}
	name := sha256.Sum256([]byte(why))
	c.w.log.Warn("blocks cannot be verified", "block", b.Number, "why", why)
	c.findings = append(c.findings, incident.Finding{
		ID:       fmt.Sprintf("unverifiable-%d-%x", c.w.chain, name[:12]),
		Detector: "unverifiable", Mode: mode, Issues: issues,
		Chain: c.w.chain, Block: b.Number, BlockHash: b.Hash, At: c.w.o.Clock().UTC(),
		Say: fmt.Sprintf("Block %d of chain %d cannot be verified: %s. What is found in it and in others like it is the endpoint's word alone.", b.Number, c.w.chain, why),
	})
}
