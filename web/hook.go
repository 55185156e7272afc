package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/hook"
	"tocsin/incident"
)

// How many messages a webhook takes: a burst, and then one each second. What is over is refused with the time to wait, and
// senders try again.
const (
	hookBurst = 100
	hookEvery = time.Second
)

// hookAnswer is what a sender is told once its findings are stored.
type hookAnswer struct {
	Findings int `json:"findings"` // that stand, also those that were known
	Resolved int `json:"resolved"` // that the message takes back
}

// hook takes what another monitor sends. It asks for no session: whoever holds the detector's secret may report.
func (c *Console) hook(w http.ResponseWriter, r *http.Request) {
	e, err := c.entrance(r, kindWebhook)
	if err != nil {
		c.refuse(w, r, statusOf(err), err)
		return
	}
	h, _ := hook.Compile(e.plan, e.detector) // what is wrong with it, its findings say
	body, err := io.ReadAll(r.Body)
	if err != nil {
		status, say := http.StatusBadRequest, fault.New(fault.Invalid, "The body could not be read.").Instead("Send it again.").Because(err)
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			status, say = http.StatusRequestEntityTooLarge, fault.New(fault.Invalid, "The body is larger than %d KiB.", large.Limit>>10).Instead("Send fewer alerts at a time.")
		}
		c.refuse(w, r, status, say)
		return
	}
	secret := ""
	if c.Secret != nil {
		secret = strings.TrimSpace(c.Secret(h.Secret()))
	}
	if secret == "" {
		c.Logger.Error("a webhook has no secret", "detector", e.name(), "variable", h.Secret())
		c.refuse(w, r, http.StatusServiceUnavailable, fault.New(fault.Unavailable, "This server was started without the secret of the webhook, so that nobody can prove who they are.").
			Instead("Whoever runs the server sets the environment variable that the plan names, and starts it again."))
		return
	}
	if err := h.Authentic(hook.Header(r.Header), body, secret, c.now()); err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			if _, ok := c.noise.take(e.name(), c.now()); ok {
				c.Logger.Warn("a webhook refused a message that does not prove where it comes from", "detector", e.name(), "say", fault.Sentence(err))
			}
		}
		c.refuse(w, r, statusOf(err), err)
		return
	}
	if wait, ok := c.hooks.take(e.name(), c.now()); !ok {
		c.Logger.Warn("a webhook is sent more than it takes", "detector", e.name())
		c.wait(w, r, wait)
		return
	}
	m, err := h.Read(hook.Header(r.Header), body, c.now())
	if err != nil {
		c.Logger.Warn("a webhook was sent what it cannot read", "detector", e.name(), "say", fault.Sentence(err))
		c.refuse(w, r, http.StatusBadRequest, err)
		return
	}
	o := engine.Observation{Protocol: e.plan.Protocol, Retracted: m.Resolved, RetractedWhy: m.Why, Exercise: c.Exercise}
	for _, f := range m.Findings {
		o.Findings = append(o.Findings, incident.Finding{
			ID: f.ID, Detector: f.Detector, Mode: f.Mode, Issues: f.Issues, Asset: f.Asset, Chain: f.Chain, Block: f.Block, Tx: f.Tx,
			At: f.At, Amount: f.Amount, Say: f.Say,
		})
	}
	if len(o.Findings)+len(o.Retracted) > 0 {
		if err := c.Engine.Observe(r.Context(), o); err != nil {
			c.refuse(w, r, statusOf(err), err)
			return
		}
	}
	c.tell(w, http.StatusOK, hookAnswer{Findings: len(m.Findings), Resolved: len(m.Resolved)})
}

// consent answers a sender that asks, before it sends anything, whether it may: the handshake of CloudEvents' web hooks. It gives
// nothing away but that the webhook is there; every message still has to prove where it comes from.
func (c *Console) consent(w http.ResponseWriter, r *http.Request) {
	if _, err := c.entrance(r, kindWebhook); err != nil {
		c.refuse(w, r, statusOf(err), err)
		return
	}
	w.Header().Set("Allow", "POST, OPTIONS")
	if origin := r.Header.Get("WebHook-Request-Origin"); origin != "" {
		w.Header().Set("WebHook-Allowed-Origin", origin)
		w.Header().Set("WebHook-Allowed-Rate", strconv.Itoa(int(time.Minute/hookEvery)))
	}
	w.WriteHeader(http.StatusOK)
}

// wait says that a sender has to wait.
func (c *Console) wait(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
	c.refuse(w, r, http.StatusTooManyRequests, fault.New(fault.Unavailable, "This webhook takes %d messages a minute.", int(time.Minute/hookEvery)).
		Instead("Send it again later; nothing of it was stored."))
}

// refuse tells a program why not, in a sentence. What went wrong here is asked for again later: nothing of it was stored.
func (c *Console) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	say := fault.Sentence(err)
	switch status {
	case http.StatusInternalServerError:
		c.Logger.Error("serve request", "method", r.Method, "route", r.Pattern, "error", err)
		say = "Tocsin could not store this. Send it again."
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "10")
	}
	c.tell(w, status, map[string]string{"error": say})
}

// tell answers a program.
func (c *Console) tell(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
