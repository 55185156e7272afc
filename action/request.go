package action

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/holiman/uint256"

	"tocsin/plan"
)

// Request is a request over HTTP that an action makes.
type Request struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Body   string `json:"body,omitzero"`
	Secret string `json:"secret,omitzero"` // name of the environment variable that holds the secret; empty: it is not signed
}

// Header is one header of a request.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Headers are what goes with the request when it is made at a time: its form, a key by which the other side knows a repetition, and, with
// a secret, the time and the signature: HMAC-SHA256 in hexadecimal over the Unix time, a full stop and the body.
func (r Request) Headers(at time.Time, key, secret string) []Header {
	list := []Header{{"Content-Type", r.contentType()}}
	if key != "" {
		list = append(list, Header{"Idempotency-Key", key})
	}
	if secret == "" {
		return list
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "." + r.Body))
	return append(list, Header{"X-Tocsin-Timestamp", stamp}, Header{"X-Tocsin-Signature", "sha256=" + hex.EncodeToString(mac.Sum(nil))})
}

func (r Request) contentType() string {
	if body := strings.TrimSpace(r.Body); strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
		return "application/json"
	}
	return "text/plain; charset=utf-8"
}

// Proof is a page that shows, read from outside, that an action worked.
type Proof struct {
	URL      string        `json:"url"`
	Status   int           `json:"status"`
	Contains string        `json:"contains,omitzero"`
	Within   time.Duration `json:"within,omitzero"` // after the request; nanoseconds in JSON
	Words    string        `json:"words"`           // one sentence: what is read and what it must say
}

// Holds compares what a page answered with what it must answer, and says what it answered.
func (p Proof) Holds(status int, body []byte) (holds bool, got string) {
	if status != p.Status {
		return false, fmt.Sprintf("status %d", status)
	}
	if p.Contains == "" {
		return true, fmt.Sprintf("status %d", status)
	}
	if !strings.Contains(string(body), p.Contains) {
		return false, fmt.Sprintf("status %d, without %q", status, p.Contains)
	}
	return true, fmt.Sprintf("status %d, with %q", status, p.Contains)
}

func (r resolver) request(a plan.Action) (Prepared, error) {
	host, ok := hostOf(a.URL)
	if !ok {
		return Prepared{}, r.invalid("asks %q, which is no address on the web.", a.URL).Instead("Write it whole: https://…")
	}
	x := Prepared{Value: new(uint256.Int), Data: []byte{}, Request: &Request{Method: a.Method, URL: a.URL, Body: a.Body, Secret: a.Secret}}
	if x.Request.Method == "" {
		x.Request.Method = "POST"
	}
	with := ", without a body"
	if n := len(a.Body); n > 0 {
		with = fmt.Sprintf(", with a body of %d bytes", n)
	}
	if a.Secret != "" {
		with += ", signed with the secret in " + a.Secret
	}
	does := "Sends"
	if a.Kind == Maintenance {
		does = "Puts up the maintenance page: sends"
	}
	x.Words = Words{
		Target: host, Function: x.Request.Method + " " + a.URL,
		Sentence: fmt.Sprintf("%s %s %s%s.", does, x.Request.Method, a.URL, with),
	}
	return x, nil
}

// hostOf is the host in the address of a page.
func hostOf(address string) (string, bool) {
	rest, ok := strings.CutPrefix(address, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(address, "http://")
	}
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return host, ok && host != "" && !strings.ContainsAny(address, " \t\r\n@#")
}

func (r resolver) proof(p plan.Proof) *Proof {
	x := &Proof{URL: p.URL, Status: p.Status, Contains: p.Contains, Within: time.Duration(p.Within)}
	if x.Status == 0 {
		x.Status = 200
	}
	x.Words = fmt.Sprintf("Afterwards %s must answer %d", x.URL, x.Status)
	if x.Contains != "" {
		x.Words += fmt.Sprintf(" and say %q", x.Contains)
	}
	if p.Within > 0 {
		x.Words += fmt.Sprintf(" within %s", p.Within)
	}
	x.Words += "."
	return x
}
