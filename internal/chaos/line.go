package chaos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// line is one WebSocket connection through the endpoint.
type line struct {
	e       *Endpoint
	in, out *websocket.Conn // to the client, to the chain

	mu    sync.Mutex // guards asked, and writing to the client
	asked map[string]question
	held  []byte // a head that is told after the next
}

// open lets a client speak over WebSocket.
func (e *Endpoint) open(w http.ResponseWriter, r *http.Request) {
	way, target, _, _ := e.now()
	if way == Fails || way == HangsUp {
		panic(http.ErrAbortHandler)
	}
	out, resp, err := websocket.DefaultDialer.Dial("ws://"+target, nil)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	resp.Body.Close()
	in, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		out.Close()
		return
	}
	l := &line{e: e, in: in, out: out, asked: map[string]question{}}
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		l.close()
		return
	}
	e.lines[l] = true
	e.pumps.Go(l.ask)
	e.pumps.Go(l.answer)
	e.mu.Unlock()
}

// hangUp closes every line.
func (e *Endpoint) hangUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for l := range e.lines {
		l.close()
	}
}

func (l *line) close() {
	l.in.Close()
	l.out.Close()
}

func (l *line) end() {
	l.close()
	l.e.mu.Lock()
	defer l.e.mu.Unlock()
	delete(l.e.lines, l)
}

// tell writes to the client.
func (l *line) tell(msg []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.in.WriteMessage(websocket.TextMessage, msg) == nil
}

// ask passes questions on.
func (l *line) ask() {
	defer l.end()
	for {
		_, body, err := l.in.ReadMessage()
		if err != nil {
			return
		}
		qs, _, err := questions(body)
		l.e.took(qs, err)
		way, _, frozen, _ := l.e.now()
		if way == Limits {
			for _, q := range qs {
				no, _ := json.Marshal(reply{Version: "2.0", ID: q.ID, Error: json.RawMessage(`{"code":-32005,"message":"rate limit exceeded"}`)})
				if !l.tell(no) {
					return
				}
			}
			continue
		}
		l.mu.Lock()
		for _, q := range qs {
			l.asked[string(q.ID)] = q
		}
		l.mu.Unlock()
		if l.out.WriteMessage(websocket.TextMessage, turned(body, way, frozen)) != nil {
			return
		}
	}
}

// answer passes answers and heads on.
func (l *line) answer() {
	defer l.end()
	for {
		_, body, err := l.out.ReadMessage()
		if err != nil {
			return
		}
		way, _, _, freed := l.e.now()
		if way == Stalls {
			<-freed
			way, _, _, _ = l.e.now()
		}
		var ok bool
		switch {
		case way == Garbles:
			ok = l.tell(fmt.Appendf(nil, "%severybody", page))
		case way == Cuts:
			l.tell(body[:len(body)/2])
			return
		case bytes.Contains(body, []byte(`"eth_subscription"`)):
			ok = l.news(body, way)
		default:
			qs, batch := l.matching(body)
			ok = l.tell(twisted(body, way, qs, batch))
		}
		if !ok {
			return
		}
	}
}

// matching are the questions that an answer may answer.
func (l *line) matching(body []byte) (qs []question, batch bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []struct{ ID json.RawMessage }
	if batch = bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")); batch {
		_ = json.Unmarshal(body, &ids)
	} else {
		ids = make([]struct{ ID json.RawMessage }, 1)
		_ = json.Unmarshal(body, &ids[0])
	}
	for _, x := range ids {
		if q, ok := l.asked[string(x.ID)]; ok {
			qs = append(qs, q)
			delete(l.asked, string(x.ID))
		}
	}
	return qs, batch
}

// news tells of a head, or does not.
func (l *line) news(body []byte, w Way) bool {
	switch w {
	case Lags, Silent:
		return true
	case Repeats:
		first := l.tell(body)
		return first && l.tell(body)
	case Reorders:
		if l.held == nil {
			l.held = body
			return true
		}
		before := l.held
		l.held = nil
		return l.tell(body) && l.tell(before)
	case LiesHeader:
		return l.tell(other(body, stateRoot))
	}
	if before := l.held; before != nil {
		l.held = nil
		return l.tell(before) && l.tell(body)
	}
	return l.tell(body)
}
