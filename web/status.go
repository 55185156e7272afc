package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"tocsin/fault"
)

const (
	statusKept   = time.Second      // how long a status file is served from memory
	statusAge    = 5                // seconds for which others may keep it
	statusWindow = 10 * time.Second // in which one origin gets it so often
	statusEach   = 60
	statusMost   = 50_000 // origins that are told apart within a window
)

// statuses are the status files as they were read last: whoever asks, the database is asked once a second. It also counts who asks.
type statuses struct {
	reading sync.Mutex
	files   map[string]statusFile // by protocol

	mu    sync.Mutex
	since time.Time      // of the window
	asked map[string]int // by origin, within the window
}

type statusFile struct {
	bytes []byte // nil: there is none
	tag   string
	at    time.Time
}

// take lets one request of an origin through.
func (t *statuses) take(of string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.asked == nil || now.Sub(t.since) >= statusWindow || now.Before(t.since) {
		t.since, t.asked = now, map[string]int{}
	}
	if of == "" || len(t.asked) >= statusMost && t.asked[of] == 0 {
		return true
	}
	t.asked[of]++
	return t.asked[of] <= statusEach
}

// file is a protocol's file, read anew where it has been kept for too long. Others who ask meanwhile wait for the same answer.
func (t *statuses) file(ctx context.Context, protocol string, now time.Time, read func(context.Context, string) ([]byte, error)) (statusFile, error) {
	t.reading.Lock()
	defer t.reading.Unlock()
	if f, ok := t.files[protocol]; ok && now.Sub(f.at) < statusKept && !now.Before(f.at) {
		return f, nil
	}
	b, err := read(ctx, protocol)
	if err != nil {
		return statusFile{}, err
	}
	if t.files == nil {
		t.files = map[string]statusFile{}
	}
	sum := sha256.Sum256(b)
	f := statusFile{bytes: b, tag: `"` + hex.EncodeToString(sum[:16]) + `"`, at: now}
	t.files[protocol] = f
	return f, nil
}

// statusFile serves the signed file that tells a team's app whether all is normal. It is for everybody, from any site, and nothing stands in
// it that the plan does not say to everybody.
func (c *Console) statusFile(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	none := func(status int, say string) {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(say + "\n"))
	}
	if !c.statuses.take(c.origin(r), c.now()) {
		h.Set("Retry-After", strconv.Itoa(int(statusWindow/time.Second)))
		none(http.StatusTooManyRequests, "That is asked for too often.")
		return
	}
	protocol, ok := strings.CutSuffix(r.PathValue("file"), ".json")
	f, err := statusFile{}, error(nil)
	if ok {
		f, err = c.statuses.file(r.Context(), protocol, c.now(), c.readStatus)
	}
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		none(http.StatusServiceUnavailable, "The status file cannot be read just now.")
		return
	case len(f.bytes) == 0:
		none(http.StatusNotFound, "There is no such status file.")
		return
	}
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(statusAge))
	h.Set("ETag", f.tag)
	if strings.Contains(r.Header.Get("If-None-Match"), f.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(f.bytes)
}

// readStatus reads a protocol's file. Fault: not_found for a protocol that is none.
func (c *Console) readStatus(ctx context.Context, protocol string) ([]byte, error) {
	if _, err := c.Engine.InForce(ctx, protocol); err != nil {
		return nil, err
	}
	return c.Engine.StatusFile(ctx, protocol)
}
