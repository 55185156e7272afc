package engine

import (
	"fmt"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/store"
)

// sessionWords are the messages that people are owed because of an event of an exercise, which the state holds already. Whoever has no
// contact that rings nobody is told nothing but what stands in the console.
func sessionWords(p *plan.Plan, s *exercise.State, h exercise.Happened, now time.Time) ([]store.Delivery, error) {
	var list []store.Delivery
	stream := sessionStream(s.ID)
	for i, n := range exercise.Notices(p, s, h) {
		dp, ok := incident.WordTo(p, n.Person, fmt.Sprintf("%s/%d/%d", stream, h.Seq, i+1), n.Subject, n.Text)
		if !ok {
			continue
		}
		payload, err := marshal(dp)
		if err != nil {
			return nil, err
		}
		list = append(list, store.Delivery{ID: dp.ID, Stream: stream, Kind: dp.Kind, Payload: payload, State: store.Queued, Created: now})
	}
	return list, nil
}
