package app

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/fault"
	"tocsin/internal/postgres"
)

// Two nodes that share a database are one service: what is done at one is seen and gone on with at the other, also by who
// signed in at the first, and also when the first is gone.
func TestTwoNodes(t *testing.T) {
	t.Setenv(DatabaseURL, postgres.Start(t, "-c", "fsync=off").Database(t))
	first := serve(t, nil)
	second := serve(t, nil)
	p, err := first.desk.Engine.InForce(t.Context(), "harbour-vault")
	if err != nil {
		t.Fatal(err)
	}
	one := first.signIn(p.CoreTeam[0].ID)
	status, to, body := one.post("/open", url.Values{"command": {"click"}, "issue": {"stolen-user-funds"}, "text": {"Tokens leave."}})
	if status != http.StatusSeeOther {
		t.Fatalf("open: status %d: %s", status, body)
	}
	// The same browser, at the other node: cookies know no ports.
	two := &operator{second, one.http}
	res, err := two.http.Get(second.ready.URL + to)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the other node answers %s at %s", res.Status, to)
	}
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	id := strings.TrimPrefix(to, "/incidents/")
	if status, _, body := two.post(to+"/note", url.Values{"command": {"note"}, "text": {"Still here."}}); status != http.StatusSeeOther {
		t.Fatalf("note at the node that is left: status %d: %s", status, body)
	}
	v, err := second.desk.Engine.View(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, h := range happened(t, v) {
		kinds[h.Event.Kind()]++
	}
	if kinds["opened"] != 1 || kinds["noted"] != 2 {
		t.Errorf("the incident has %v", kinds)
	}
}

// A folder that has a database of its own is not left for another by mistake.
func TestTwoDatabases(t *testing.T) {
	t.Setenv(DatabaseURL, "postgres://nobody@127.0.0.1:1/nothing")
	o := serveOptions(t)
	if err := os.WriteFile(filepath.Join(o.Data, databaseFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), o.Data, true, o.Logger); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), DatabaseURL) {
		t.Errorf("two databases: %v", err)
	}
}
