package outside

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/fault"
)

// Used refuses a record that holds signatures of a Safe which may still be used: whoever reads it could.
func (r *Record) Used() error {
	if r.Facts == nil || r.Landed != nil && r.Landed.Status == 1 {
		return nil
	}
	return fault.New(fault.Forbidden, "The Safe has not executed this, and its owners' signatures, which stand in the record, may still be used.").
		Instead("Keep the record where it is. Once the Safe has used the nonce %d they count no more.", r.Nonce)
}

// Told says what a record says was done, in sentences. name is what people call a person.
func (r *Record) Told(name func(id string) string) string {
	s := fmt.Sprintf("Carried out without the server, asked for at %s: %s", r.Opened.Format(time.RFC3339), r.Message.Summary)
	if yes := r.Approvers(name); len(yes) > 0 {
		s += " Signed by " + strings.Join(yes, ", ") + "."
	}
	if r.Anyway != nil {
		s += fmt.Sprintf(" %s had it sent without the plan's approvers: %s.", name(r.Anyway.Person), strings.TrimSuffix(r.Anyway.Why, "."))
	}
	if r.Landed != nil {
		s += fmt.Sprintf(" Transaction %s, block %d at %s.", r.Landed.Tx.Hex(), r.Landed.Block, r.Landed.At.Format(time.RFC3339))
	}
	return s + " " + r.Outcome()
}

// Approvers are those whose signed yes stands in the record: persons, or addresses of owners whom the plan does not know.
func (r *Record) Approvers(name func(id string) string) []string {
	var yes []string
	for _, a := range r.Answers {
		if a.Choice != decision.Approve {
			continue
		}
		who := a.Signer.Hex()
		if a.Person != "" {
			who = name(a.Person)
		}
		if !slices.Contains(yes, who) {
			yes = append(yes, who)
		}
	}
	return yes
}

// Outcome says what became of what was ordered.
func (r *Record) Outcome() string {
	switch {
	case r.State == Verified && r.Landed != nil:
		return fmt.Sprintf("Done: landed in block %d, and the proof reads %s at block %d.", r.Landed.Block, r.Got, r.Block)
	case r.State == Unneeded:
		return fmt.Sprintf("In effect already: the proof reads %s at block %d. Nothing was sent.", r.Got, r.Block)
	case r.State == Failed:
		return "It failed: " + r.Say
	case len(r.Sends) > 0:
		return "It is not known yet what became of the transaction. Go on with: tocsin act send"
	}
	return "It is ordered, and nothing has been signed for sending. Go on with: tocsin act send"
}
