package signer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"tocsin/fault"
)

// noMethod says that a signer does not know a method.
type noMethod struct{ say string }

func (e *noMethod) Error() string { return e.say }

// ask calls a method and decodes its result.
func (r *Remote) ask(ctx context.Context, method string, params []any, result any) error {
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": r.last.Add(1), "method": method, "params": params})
	if err != nil {
		return fmt.Errorf("ask remote signer: %w", err)
	}
	bare := *r.url
	bare.User = nil
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, bare.String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask remote signer: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if u := r.url.User; u != nil {
		password, _ := u.Password()
		req.SetBasicAuth(u.Username(), password)
	}
	unavailable := func(say string, because error) error {
		return fault.New(fault.Unavailable, "The remote signer at %s %s.", r.url.Host, say).Because(because)
	}
	resp, err := r.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("ask remote signer: %w", ctx.Err())
		}
		return unavailable("does not answer", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, remoteAnswer+1))
	if err != nil {
		return unavailable("broke off its answer", err)
	}
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	switch err := json.Unmarshal(b, &answer); {
	case len(b) > remoteAnswer:
		return unavailable("answers at greater length than any signature has", nil)
	case err != nil:
		return unavailable(fmt.Sprintf("answers with status %d and no JSON", resp.StatusCode), err)
	case answer.Error != nil && answer.Error.Code == -32601:
		return unavailable("does not know "+method, &noMethod{fmt.Sprintf("%.200q", answer.Error.Message)})
	case answer.Error != nil:
		return unavailable(fmt.Sprintf("refuses: %.200q", answer.Error.Message), nil)
	case resp.StatusCode != http.StatusOK:
		return unavailable(fmt.Sprintf("answers with status %d", resp.StatusCode), nil)
	}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		return unavailable("answers "+method+" with something else", err)
	}
	return nil
}
