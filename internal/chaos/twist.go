package chaos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// question is one request of JSON-RPC.
type question struct {
	Version string            `json:"jsonrpc"`
	ID      json.RawMessage   `json:"id"`
	Method  string            `json:"method"`
	Params  []json.RawMessage `json:"params"`
	Error   json.RawMessage   `json:"error"`
}

// questions reads what a client sent: one request, or a list of them.
func questions(body []byte) (qs []question, batch bool, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		batch = true
		err = json.Unmarshal(body, &qs)
	} else {
		qs = make([]question, 1)
		err = json.Unmarshal(body, &qs[0])
	}
	if err != nil {
		return qs, batch, fmt.Errorf("%.80q: %w", body, err)
	}
	for _, q := range qs {
		if q.Method == "" && len(q.Error) > 0 {
			continue // the client has noticed that it was told nonsense
		}
		if q.Version != "2.0" || len(q.ID) == 0 || q.Method == "" {
			return qs, batch, fmt.Errorf("%.80q, which is not JSON-RPC 2.0", body)
		}
	}
	return qs, batch, nil
}

// reply is one answer.
type reply struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   json.RawMessage `json:"error,omitempty"`
}

// turned is what is asked of the chain instead.
func turned(body []byte, w Way, frozen uint64) []byte {
	if w == Lags {
		return bytes.ReplaceAll(body, []byte(`"latest"`), fmt.Appendf(nil, `"0x%x"`, frozen))
	}
	return body
}

// twisted is what is answered instead.
func twisted(body []byte, w Way, qs []question, batch bool) []byte {
	if slices.Contains(append(Quiet(), Lags), w) {
		return body
	}
	var replies []reply
	if batch {
		if json.Unmarshal(body, &replies) != nil {
			return body
		}
	} else {
		replies = make([]reply, 1)
		if json.Unmarshal(body, &replies[0]) != nil {
			return body
		}
	}
	for i := range replies {
		r := &replies[i]
		at := slices.IndexFunc(qs, func(q question) bool { return bytes.Equal(q.ID, r.ID) })
		if at >= 0 && r.Error == nil {
			r.Result = twist(r.Result, qs[at].Method, w)
		}
	}
	var out []byte
	if batch {
		out, _ = json.Marshal(replies)
	} else {
		out, _ = json.Marshal(replies[0])
	}
	return out
}

var (
	stateRoot = regexp.MustCompile(`("stateRoot":"0x)(.)`)
	bothRoots = regexp.MustCompile(`("(?:transactionsRoot|receiptsRoot)":"0x)(.)`)
	logged    = regexp.MustCompile(`("logs":\[\{"address":"0x)(.)`)
	allLogs   = regexp.MustCompile(`"logs":\[\{[^\]]*\][^\]]*\]`)
	lastDigit = regexp.MustCompile(`(0x[0-9a-f]*)([0-9a-f])"$`)
)

// other puts another hexadecimal digit in the place of the one that a pattern's second group holds.
func other(result []byte, pattern *regexp.Regexp) []byte {
	out := slices.Clone(result)
	for _, at := range pattern.FindAllSubmatchIndex(result, -1) {
		if d := &out[at[4]]; *d == '7' {
			*d = '3'
		} else {
			*d = '7'
		}
	}
	return out
}

// twist changes the result of one method.
func twist(result json.RawMessage, method string, w Way) json.RawMessage {
	block := strings.HasPrefix(method, "eth_getBlockBy")
	receipts := method == "eth_getBlockReceipts"
	switch {
	case w == LiesHeader && block:
		return other(result, stateRoot)
	case w == LiesRoots && block:
		return other(result, bothRoots)
	case w == Masks && block:
		return stateRoot.ReplaceAll(result, []byte(`"novelty":"0x1","stateRoot":"0x0`))
	case w == LiesStatus && receipts:
		return bytes.ReplaceAll(result, []byte(`"status":"0x1"`), []byte(`"status":"0x0"`))
	case w == LiesLogs && receipts:
		return other(result, logged)
	case w == OmitsLogs && receipts:
		return allLogs.ReplaceAll(result, []byte(`"logs":[]`))
	case (w == Truncates || w == OmitsTx) && receipts:
		return shorter(result)
	case w == OmitsTx && block:
		var b map[string]json.RawMessage
		if json.Unmarshal(result, &b) != nil || b == nil {
			return result
		}
		b["transactions"] = shorter(b["transactions"])
		less, _ := json.Marshal(b)
		return less
	case w == LiesState && (method == "eth_call" || method == "eth_getBalance"):
		return other(result, lastDigit)
	case w == OtherChain && method == "eth_chainId":
		return json.RawMessage(`"0x1"`)
	case (w == OtherChain || w == Forgets) && method == "eth_getBlockByHash":
		return json.RawMessage("null")
	}
	return result
}

// shorter is a list without its last item.
func shorter(list json.RawMessage) json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(list, &items) != nil || len(items) == 0 {
		return list
	}
	less, _ := json.Marshal(items[:len(items)-1])
	return less
}
