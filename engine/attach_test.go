package engine_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// attach hands in a file.
func attach(t testing.TB, e *engine.Engine, id, person, name, content string) *engine.View {
	t.Helper()
	op := incident.OpAttach{What: name, File: &journal.File{Media: "text/plain"}, Note: "seen by Mallory"}
	v, err := e.Attach(t.Context(), id, incident.Command{ID: "form-" + name, Actor: as(person), Op: op}, []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// forged is a store whose files are as somebody wishes.
type forged struct {
	store.Store
	file func(store.File) (store.File, error)
}

func (s *forged) File(ctx context.Context, stream, id string) (store.File, error) {
	f, err := s.Store.File(ctx, stream, id)
	if err != nil {
		return f, err
	}
	return s.file(f)
}

// TestAttach: a file stands in the record with its hash, comes back as it was handed in, goes with an export, and is missed if
// somebody takes it or changes it.
func TestAttach(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		id := report(t, e).State.ID
		attach(t, e, id, "ben", "ledger.txt", "Mallory took it")
		v := attach(t, e, id, "ben", "other.txt", "Nobody took it")
		if again := attach(t, e, id, "ben", "ledger.txt", "Mallory took it"); again.Events != v.Events {
			t.Errorf("the same form sent twice made %d events", again.Events-v.Events)
		}
		_, err := e.Do(t.Context(), id, incident.Command{Actor: as("ben"), Op: incident.OpAttach{What: "x", File: &journal.File{Size: 1}}})
		want(t, err, fault.Invalid) // nobody would have its bytes
		_, err = e.Attach(t.Context(), id, incident.Command{Actor: as("ben"), Op: incident.OpAttach{What: "x", File: &journal.File{}}}, make([]byte, incident.MaxFile+1))
		want(t, err, fault.Invalid)
		_, err = e.Attach(t.Context(), id, incident.Command{Actor: as("mallory"), Op: incident.OpAttach{What: "x", File: &journal.File{}}}, []byte("x"))
		want(t, err, fault.Forbidden)

		ev, b, err := view(t, start(t, st, "b", clock.now), id).File(t.Context(), "evidence-1")
		if err != nil || string(b) != "Mallory took it" || ev.What != "ledger.txt" || ev.File.SHA256 != fmt.Sprintf("%x", sha256.Sum256(b)) || ev.File.Size != 15 {
			t.Errorf("the file is %+v, %q, %v", ev, b, err)
		}
		_, _, err = v.File(t.Context(), "evidence-3")
		want(t, err, fault.NotFound)
		if r := export(t, e, id); !r.OK() {
			t.Errorf("with files: %v", r.Failures)
		}
		for say, file := range map[string]func(store.File) (store.File, error){
			"is not the one that record": func(f store.File) (store.File, error) {
				f.Bytes = bytes.ToUpper(f.Bytes)
				return f, nil
			},
			"is missing": func(store.File) (store.File, error) { return store.File{}, store.ErrNotFound },
		} {
			bad := start(t, &forged{st, file}, "c", clock.now)
			_, _, err = view(t, bad, id).File(t.Context(), "evidence-1")
			want(t, err, fault.Invalid)
			r := export(t, bad, id)
			if len(r.Failures) != 2 || !strings.Contains(r.Failures[0], "evidence/evidence-1.txt") || !strings.Contains(r.Failures[0], say) {
				t.Errorf("an export of forged files says %q", r.Failures)
			}
		}
	})
}

// TestRedactFiles: what is removed is gone, with those files whose words named somebody, and the rest stays.
func TestRedactFiles(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		a, b := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
		id := report(t, a).State.ID
		attach(t, a, id, "ben", "mallory.txt", "Mallory took it")
		v, err := a.Attach(t.Context(), id, incident.Command{Actor: as("ben"), Op: incident.OpAttach{What: "other.txt", File: &journal.File{}}}, []byte("Nobody"))
		if err != nil {
			t.Fatal(err)
		}
		view(t, b, id) // holds it in memory
		n, err := a.Redact(t.Context(), engine.RedactOrder{Incident: id, Containing: "MALLORY", Why: "She asked for it", Actor: as("ada")})
		if err != nil || n != 2 {
			t.Fatalf("%d texts were removed: %v", n, err)
		}
		for _, e := range []*engine.Engine{a, b, start(t, st, "c", clock.now)} {
			_, _, err := view(t, e, id).File(t.Context(), "evidence-1")
			want(t, err, fault.Expired)
			if _, left, err := view(t, e, id).File(t.Context(), "evidence-2"); err != nil || string(left) != "Nobody" {
				t.Errorf("the other file is %q, %v", left, err)
			}
			if r := export(t, e, id); !r.OK() {
				t.Errorf("after it: %v", r.Failures)
			}
		}
		if _, err := st.File(t.Context(), "incident/"+id, "evidence-1"); err == nil {
			t.Error("the store still holds it")
		}
		if v.State.Evidence[0].Gone {
			t.Error("a view changed")
		}
	})
}
