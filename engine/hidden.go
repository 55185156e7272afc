package engine

import (
	"context"
)

// HiddenFrom lists the incidents that a person must not know of; none for no person.
func (e *Engine) HiddenFrom(ctx context.Context, person string) (map[string]bool, error) {
	if person == "" {
		return nil, nil
	}
	list, err := e.List(ctx, false)
	if err != nil {
		return nil, err
	}
	hidden := map[string]bool{}
	for _, s := range list {
		if !s.Sees(person) {
			hidden[s.ID] = true
		}
	}
	return hidden, nil
}

// ViewFor returns an incident as it stands, to be shown to a person; nobody means whoever runs the server. What is
// hidden from them does not exist for them.
func (e *Engine) ViewFor(ctx context.Context, id, person string) (*View, error) {
	v, err := e.View(ctx, id)
	if err != nil || person == "" {
		return v, err
	}
	if err := v.State.Refusal(person); err != nil {
		return nil, err
	}
	return v, nil
}
