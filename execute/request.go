package execute

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
)

const (
	askWithin   = 10 * time.Second // one request over HTTP
	askFor      = time.Hour        // beyond the expiry of the approvals, where the other side does not answer
	proofEvery  = time.Second
	longestPage = 1 << 20 // bytes of a page that are read
)

// request carries out an action that is a request over HTTP: it is repeated until the other side takes it, with a key by which that side
// knows a repetition, and then proven from outside.
func (w *work) request(ctx context.Context) error {
	switch w.action.State {
	case incident.Ordered:
		return w.beginRequest(ctx)
	case incident.LandedOnce:
		return w.prove(ctx)
	default:
		return w.ask(ctx)
	}
}

// beginRequest looks whether the request is needed at all, and records that it is about to be made.
func (w *work) beginRequest(ctx context.Context) error {
	pr := w.action.Prepared
	if w.view.State.Exercise != nil {
		return refuse("This is an exercise: nothing is asked of %s.", pr.Words.Target)
	}
	if _, err := w.key(); err != nil {
		return err
	}
	switch p, err := w.proven(ctx); {
	case err == nil && p.proves && p.holds:
		return w.do(ctx, incident.OpEffect{Action: w.action.ID, Got: p.got, Holds: true, Block: p.head.Number, Hash: p.head.Hash, Before: true})
	case ctx.Err() != nil:
		return err
	}
	if err := w.vouched(ctx); err != nil {
		return err
	}
	if err := w.do(ctx, incident.OpSent{Action: w.action.ID}); err != nil {
		return err
	}
	return errMoved
}

// key is the secret with which the request is signed; empty if it is not signed.
func (w *work) key() (string, error) {
	name := w.action.Prepared.Request.Secret
	if name == "" {
		return "", nil
	}
	if w.secret != nil {
		if s := w.secret(name); s != "" {
			return s, nil
		}
	}
	return "", refuse("The request is signed with the secret in %s, which was not given to this server.", name)
}

// ask makes the request. What it came to is not known where the other side does not answer: then it is made again, with the same key.
func (w *work) ask(ctx context.Context) error {
	pr := w.action.Prepared
	secret, err := w.key()
	if err != nil {
		return err
	}
	r := pr.Request
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(asking, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return refuse("The request cannot be made: %s.", bare(err))
	}
	for _, h := range r.Headers(w.now(), w.view.State.ID+"/"+w.action.ID, secret) {
		req.Header.Set(h.Name, h.Value)
	}
	resp, err := outside.Do(req)
	if err != nil {
		return w.unanswered("does not answer: %s", bare(err))
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, longestPage))
	switch s := resp.StatusCode; {
	case s >= 200 && s < 300:
	case s == http.StatusRequestTimeout || s == http.StatusTooEarly || s == http.StatusTooManyRequests || s >= 500:
		return w.unanswered("answers %d", s)
	default:
		return refuse("%s refused the request: it answered %d.", pr.Words.Target, s)
	}
	err = w.do(ctx, incident.OpLanded{Action: w.action.ID, Landing: incident.Landing{Status: uint64(resp.StatusCode), At: w.now().UTC()}})
	if err != nil {
		return err
	}
	return errMoved
}

// unanswered is an error for which the request is made again, until that has gone on for too long.
func (w *work) unanswered(format string, args ...any) error {
	who, what := w.action.Prepared.Words.Target, fmt.Sprintf(format, args...)
	if d := w.view.State.Decision(w.action.Decision); d == nil || w.now().After(d.Expires.Add(askFor)) {
		return refuse("%s %s, and the approvals expired long ago. Whether the request had any effect is not known.", who, what)
	}
	return fault.New(fault.Unavailable, "%s %s.", who, what)
}

// outside speaks to other people's servers, as anybody would. It follows no redirection: a request is for whom the plan names.
var outside = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// bare is an error without the address that was asked, which may hold a secret.
func bare(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		if u.Timeout() {
			return "no answer in time"
		}
		return u.Err.Error()
	}
	return err.Error()
}

// prove looks from outside until it is seen that the request worked, or until its time is over.
func (w *work) prove(ctx context.Context) error {
	pr, landed := w.action.Prepared, w.action.Landed
	within := defaultWithin
	if pr.Proof != nil && pr.Proof.Within > 0 {
		within = pr.Proof.Within
	}
	if pr.Effect != nil && pr.Effect.Within > within {
		within = pr.Effect.Within
	}
	tick := time.NewTicker(proofEvery)
	defer tick.Stop()
	for {
		p, err := w.proven(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil && p.holds:
			return w.do(ctx, incident.OpEffect{Action: w.action.ID, Got: p.got, Holds: true, Block: p.head.Number, Hash: p.head.Hash})
		case w.now().After(landed.At.Add(within)) && err != nil:
			return refuse("%s took the request, but it cannot be seen that it worked: %s", pr.Words.Target, fault.Sentence(err))
		case w.now().After(landed.At.Add(within)):
			return refuse("%s took the request, but it did not work: it reads %s.", pr.Words.Target, p.got)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// proof is what is seen from outside.
type proof struct {
	proves bool // something would show it
	holds  bool
	got    string
	head   evm.Header // of the reading on a chain
}

// proven looks whether what the request is to bring about holds, as far as the plan says how that is seen.
func (w *work) proven(ctx context.Context) (proof, error) {
	pr := w.action.Prepared
	if pr.Proof == nil && pr.Effect == nil {
		return proof{holds: true, got: "nothing: the plan names no proof"}, nil
	}
	p := proof{proves: true, holds: true}
	var says []string
	if pr.Proof != nil {
		status, body, err := page(ctx, pr.Proof.URL)
		if err != nil {
			return p, fault.New(fault.Unavailable, "The page that shows it does not answer: %s.", bare(err))
		}
		holds, got := pr.Proof.Holds(status, body)
		p.holds, says = holds, append(says, got)
	}
	if pr.Effect != nil {
		w.client = w.clients[pr.Effect.Chain]
		if w.client == nil {
			return p, fault.New(fault.Unavailable, "No endpoint for chain %d was given to this server.", pr.Effect.Chain)
		}
		r, err := w.read(ctx)
		if err != nil {
			return p, err
		}
		p.holds, p.head, says = p.holds && r.holds, r.head, append(says, r.got)
	}
	p.got = strings.Join(says, "; ")
	return p, nil
}

// page reads a page as anybody would, past what is kept on the way.
func page(ctx context.Context, address string) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, fmt.Errorf("read page: %w", err)
	}
	req.Header.Set("Cache-Control", "no-cache")
	resp, err := outside.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, longestPage))
	return resp.StatusCode, body, err
}
