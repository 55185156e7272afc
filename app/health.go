package app

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"tocsin/engine"
)

// healthPath answers anybody, such as what spreads requests over nodes: it tells how many promises are not kept, not which.
const healthPath = "/healthz"

// health is how this node is.
type health struct {
	Well       bool      `json:"well"`
	At         time.Time `json:"at"`
	Version    string    `json:"version"`
	Database   bool      `json:"database"`   // it answers
	Chains     bool      `json:"chains"`     // each that is watched was seen lately
	Incidents  int       `json:"incidents"`  // that nobody looks after as promised
	Deliveries int       `json:"deliveries"` // calls and messages that are late or lost
	LeftOut    int       `json:"left_out"`   // protocols with open incidents that no plan folder was named for and no node watches
}

// doctor says how this node is, at most once a second anew: anybody may ask.
type doctor struct {
	audited  func() (engine.Audit, error)
	database func(context.Context) error
	chains   func(context.Context) error
	leftOut  func(context.Context) error // nil: none are
	now      func() time.Time
	log      *slog.Logger

	mu   sync.Mutex
	last health
}

const (
	healthFor   = time.Second     // what was found is told
	healthLimit = 5 * time.Second // a node that takes longer to say that it is well is not
)

func (d *doctor) examine(ctx context.Context) health {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if age := now.Sub(d.last.At); !d.last.At.IsZero() && age >= 0 && age < healthFor {
		return d.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthLimit)
	defer cancel()
	h := health{At: now.UTC(), Version: Version()}
	err := d.database(ctx)
	if h.Database = err == nil; h.Database {
		err = d.chains(ctx)
		h.Chains = err == nil
	}
	whole := true
	if h.Database && d.leftOut != nil {
		missing := d.leftOut(ctx)
		var names *leftOutError
		if errors.As(missing, &names) {
			h.LeftOut = len(names.protocols)
		}
		if whole = missing == nil; !whole && d.last.LeftOut != h.LeftOut {
			d.log.Warn("this node is not well", "why", missing)
		}
	}
	a, unknown := d.audited()
	for _, w := range a.Wrong {
		if w.Kind == "delivery" {
			h.Deliveries++
		} else {
			h.Incidents++
		}
	}
	h.Well = h.Database && whole && h.Chains && unknown == nil && len(a.Wrong) == 0
	if err != nil && (d.last.Database != h.Database || d.last.Chains != h.Chains) {
		d.log.Warn("this node is not well", "why", err)
	}
	d.last = h
	return h
}

// ServeHTTP answers 200 if this node is well and 503 if not, with what is wrong in numbers.
func (d *doctor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Ask with GET.", http.StatusMethodNotAllowed)
		return
	}
	h := d.examine(r.Context())
	b, err := json.Marshal(h)
	if err != nil {
		http.Error(w, "This cannot be told.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !h.Well {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, _ = w.Write(append(b, '\n'))
}

// front answers for health itself and leaves the rest to the console.
func (d *doctor) front(console http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == healthPath {
			d.ServeHTTP(w, r)
			return
		}
		console.ServeHTTP(w, r)
	})
}
