package main

import (
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// room says how large the files may be that a running server writes, in bytes.
func (s *server) room(t testing.TB, size uint64) {
	t.Helper()
	const fsize = 1 // RLIMIT_FSIZE
	limit := syscall.Rlimit{Cur: size, Max: ^uint64(0)}
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(s.cmd.Process.Pid), fsize, uintptr(unsafe.Pointer(&limit)), 0, 0, 0); errno != 0 {
		t.Fatalf("limit the size of files: %v", errno)
	}
}

// TestFullDisk takes away the room to write from a server that runs: it stays up, refuses in words what it cannot store, says at
// its health endpoint that it is not well, and goes on once there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	w := newQuietWorld(t)
	s := w.serve()
	janet := w.signedIn(s, "janet")
	res, _ := janet.ask(s.URL+"/open", url.Values{"command": {"open"}, "issue": {"stolen-user-funds"}, "text": {"Tokens leave."}})
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("open: %s", res.Status)
	}
	path := res.Header.Get("Location")
	id := strings.TrimPrefix(path, "/incidents/")
	note := func(text string) (int, string) {
		res, page := janet.ask(s.URL+path+"/note", url.Values{"command": {text}, "text": {text}})
		return res.StatusCode, page
	}
	if status, page := note("Before"); status != http.StatusSeeOther {
		t.Fatalf("a note: %d %s", status, page)
	}
	w.until("calls that are over", func() bool { return w.show(id, "janet").count("page-rung") > 0 })
	s.room(t, 0)
	w.until("a note that is refused", func() bool {
		status, page := note("Meanwhile")
		return status == http.StatusServiceUnavailable && strings.Contains(page, "disk")
	})
	s.becomes(w, false)
	if res, page := janet.ask(s.URL+path, nil); res.StatusCode != http.StatusOK || !strings.Contains(page, "Before") || strings.Contains(page, "Meanwhile") {
		t.Errorf("the incident cannot be read meanwhile: %s", res.Status)
	}
	s.room(t, ^uint64(0))
	w.until("a note that is taken", func() bool { status, _ := note("Afterwards"); return status == http.StatusSeeOther })
	w.until("a node that is well", func() bool { _, h := s.health(t); return h.Database })
	said := map[string]int{}
	for _, e := range w.show(id, "janet").Timeline {
		for _, text := range []string{"Before", "Meanwhile", "Afterwards"} {
			if e.Kind == "noted" && strings.Contains(e.Say, text) {
				said[text]++
			}
		}
	}
	if said["Before"] != 1 || said["Meanwhile"] != 0 || said["Afterwards"] != 1 {
		t.Errorf("the notes are %v", said)
	}
	w.once(id)
	s.stop(t)
	out := w.dir + "/after.zip"
	w.on("incident", "export", id, "--out", out)
	if r := w.run("", "verify", out, "--json"); r.code != 0 {
		t.Errorf("the record does not verify: %s%s", r.out, r.err)
	}
}
