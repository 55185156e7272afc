package incident_test

import (
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/incident"
)

// What is shown beside an answer must say the same as what is counted.
func TestDiscounts(t *testing.T) {
	key := evm.Address{7}
	attested := incident.Approval{Person: "ben", Attested: &incident.Attestation{Until: noon}}
	for name, c := range map[string]struct {
		state    incident.State
		decision string
		approval incident.Approval
		now      time.Time
		want     string
	}{
		"counts":                {incident.State{}, incident.Open, incident.Approval{Person: "ben", Signer: key}, noon, ""},
		"void":                  {incident.State{}, incident.Open, incident.Approval{Person: "ben", Void: "The Safe has changed."}, noon, "The Safe has changed."},
		"a distrusted key":      {incident.State{Distrusted: []incident.Distrust{{Kind: incident.DistrustKey, Ref: key.Hex()}}}, incident.Open, incident.Approval{Person: "ben", Signer: key}, noon, "Its key is distrusted."},
		"hidden":                {incident.State{Hidden: []string{"ben"}}, incident.Open, incident.Approval{Person: "ben", Signer: key}, noon, "Who gave it no longer takes part in this incident."},
		"attested":              {incident.State{}, incident.Open, attested, noon.Add(-time.Second), ""},
		"attested, and over":    {incident.State{}, incident.Open, attested, noon, "It was attested, and counted until 12:00:00 UTC."},
		"attested, and decided": {incident.State{}, incident.Met, attested, noon.Add(time.Hour), ""},
	} {
		d := &incident.Decision{State: c.decision}
		if got := c.state.Discounts(d, c.approval, c.now); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
