package rpc_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tocsin/chain/devchain"
)

// crooked is an endpoint of a real chain, over HTTP, that can be made to misbehave.
type crooked struct {
	t      *testing.T
	server *httptest.Server
	how    atomic.Value // string
	hits   atomic.Int64

	mu     sync.Mutex
	target string
	frozen uint64        // its head, while it lags
	freed  chan struct{} // closed when it stalls no more
}

// The ways to misbehave.
const (
	fine        = "fine"
	lagging     = "lagging"         // its head stays where it was
	lyingHeader = "lying in header" // one digit
	masking     = "masking"         // the lie looks like a kind of chain that nobody knows
	lyingStatus = "lying in status" // of receipts
	truncating  = "truncating"      // the last receipt of a block is left out
	mute        = "without logs"
	otherChain  = "another chain"
	limiting    = "limiting"
	failing     = "failing"
	stalling    = "stalling"
	hangingUp   = "hanging up"
	garbling    = "garbling"
	forgetful   = "forgetful" // it has no block but its head's name
)

func newCrooked(t *testing.T, c *devchain.Chain) *crooked {
	t.Helper()
	x := &crooked{t: t, target: c.URL(), freed: make(chan struct{})}
	x.how.Store(fine)
	x.server = httptest.NewServer(x)
	t.Cleanup(func() { x.be(fine, 0); x.server.Close() })
	return x
}

// url holds what must never be shown.
func (x *crooked) url() string { return x.server.URL + "/v2/secret-key" }

// name is what may be.
func (x *crooked) name() string { return x.server.URL }

// be makes it behave in a way; head is what it takes for the head while it lags.
func (x *crooked) be(how string, head uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.frozen = head
	x.how.Store(how)
	if how != stalling {
		close(x.freed)
		x.freed = make(chan struct{})
	}
	if how == otherChain {
		x.server.CloseClientConnections()
	}
}

var (
	firstStateRoot = regexp.MustCompile(`"stateRoot":"0x(.)`)
	allLogs        = regexp.MustCompile(`"logs":\[\{[^\]]*\][^\]]*\]`)
)

func (x *crooked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x.hits.Add(1)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	var q struct {
		ID     json.RawMessage
		Method string
		Params []json.RawMessage
	}
	_ = json.Unmarshal(body, &q)
	how := x.how.Load().(string)
	x.mu.Lock()
	target, frozen, freed := x.target, x.frozen, x.freed
	x.mu.Unlock()
	switch how {
	case limiting:
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case failing:
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "no upstream for ", r.URL)
		return
	case stalling:
		select {
		case <-freed:
		case <-r.Context().Done():
			return
		}
	case hangingUp:
		panic(http.ErrAbortHandler)
	case garbling:
		fmt.Fprint(w, "<html>welcome to ", r.URL)
		return
	case lagging:
		body = bytes.ReplaceAll(body, []byte(`"latest"`), []byte(fmt.Sprintf(`"0x%x"`, frozen)))
	}
	resp, err := http.Post(target, "application/json", bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	result := func(s string) []byte { return []byte(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":` + s + `}`) }
	switch {
	case how == lyingHeader && strings.HasPrefix(q.Method, "eth_getBlockBy"):
		answer = firstStateRoot.ReplaceAllFunc(answer, func(b []byte) []byte {
			b[len(b)-1] ^= 1 // another hexadecimal digit: 0 and 1, 2 and 3, …, a and `
			if b[len(b)-1] == '`' {
				b[len(b)-1] = 'b'
			}
			if b[len(b)-1] == 'g' {
				b[len(b)-1] = 'e'
			}
			return b
		})
	case how == masking && strings.HasPrefix(q.Method, "eth_getBlockBy"):
		answer = firstStateRoot.ReplaceAll(answer, []byte(`"novelty":"0x1","stateRoot":"0x0`))
	case how == lyingStatus && q.Method == "eth_getBlockReceipts":
		answer = bytes.ReplaceAll(answer, []byte(`"status":"0x1"`), []byte(`"status":"0x0"`))
	case how == truncating && q.Method == "eth_getBlockReceipts":
		var a struct{ Result []json.RawMessage }
		if json.Unmarshal(answer, &a) == nil && len(a.Result) > 0 {
			less, _ := json.Marshal(a.Result[:len(a.Result)-1])
			answer = result(string(less))
		}
	case how == mute && q.Method == "eth_getBlockReceipts":
		answer = allLogs.ReplaceAll(answer, []byte(`"logs":[]`))
	case how == otherChain && q.Method == "eth_chainId":
		answer = result(`"0x1"`)
	case how == otherChain && q.Method == "eth_getBlockByHash", how == forgetful && q.Method == "eth_getBlockByHash":
		answer = result("null")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(answer)
}

// turn makes it an endpoint of another chain with the same id.
func (x *crooked) turn(c *devchain.Chain) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.target = c.URL()
}
