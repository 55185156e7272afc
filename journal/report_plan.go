package journal

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"tocsin/evm"
)

// checkPlan checks that the plan is the one under which the last records were made, and that each is there by which the incident ran
// before.
func (r *Report) checkPlan(m Manifest, x Export) {
	r.checkCanonical(planFile, m.PlanHash, m, x.Canonical)
	if !slices.ContainsFunc(x.Records, func(rec Record) bool { return bytes.Contains(rec.Bytes, []byte(`"`+m.PlanHash+`"`)) }) {
		r.fail("No record names the plan %s.", m.PlanHash)
	}
	runs := plansRun(x.Records)
	if n := len(runs); n > 0 && runs[n-1] != m.PlanHash {
		r.fail("The incident runs by the plan %s where the manifest says %s.", runs[n-1], m.PlanHash)
	}
	for i, hash := range runs {
		if _, ok := x.Earlier[hash]; !ok && hash != m.PlanHash && !slices.Contains(runs[:i], hash) {
			r.fail("The plan %s, by which the incident ran before, is missing.", hash)
		}
	}
	for _, hash := range slices.Sorted(maps.Keys(x.Earlier)) {
		r.checkCanonical(plansFolder+hash+"/"+planFile, hash, m, x.Earlier[hash].Canonical)
		if !slices.Contains(runs, hash) {
			r.fail("No record says that the incident ran by the plan %s.", hash)
		}
	}
}

// checkCanonical checks that a file is the canonical form of the plan with a hash.
func (r *Report) checkCanonical(file, hash string, m Manifest, canonical []byte) {
	var p struct {
		Protocol string `json:"protocol"`
	}
	if err := json.Unmarshal(canonical, &p); err != nil {
		r.fail("The file %s does not hold a plan.", file)
	} else if p.Protocol != m.Protocol {
		r.fail("The plan in %s is of the protocol %q, not of %q as the manifest says.", file, p.Protocol, m.Protocol)
	}
	if is := evm.Keccak(append([]byte(planDomain), canonical...)).Hex(); is != hash {
		r.fail("The plan in %s has the hash %s, not %s.", file, is, hash)
	}
}

// The kinds of records that say by which plan an incident runs from then on.
const (
	kindOpened  = "opened"
	kindAdopted = "adopted"
)

// plansRun lists the hashes of the plans by which an incident ran, in order.
func plansRun(records []Record) []string {
	var list []string
	for i := range records {
		if k := records[i].Kind; k != kindOpened && k != kindAdopted {
			continue
		}
		var data struct {
			Plan string `json:"plan"`
		}
		e, err := records[i].envelope()
		if err == nil && json.Unmarshal(e.Data, &data) == nil && data.Plan != "" {
			list = append(list, data.Plan)
		}
	}
	return list
}
