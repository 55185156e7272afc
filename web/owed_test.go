package web

import (
	"net/http"
	"strings"
	"testing"

	"tocsin/incident"
)

func TestMessagesAndStepsFromTheIncidentsPage(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	w.does(id, "janet", incident.OpAnswer{Answer: incident.Coming})
	w.does(id, "janet", incident.OpValidate{})
	janet := w.signedIn("janet")
	page := "/incidents/" + id
	try := func(key, verb string, fields map[string]string, want int) string {
		t.Helper()
		form := janet.get(page).form(key)
		for k, v := range fields {
			form.Set(k, v)
		}
		a := janet.post(page+"/"+verb, form)
		if a.Code != want {
			t.Fatalf("%s answered %d: %s", key, a.Code, a.body())
		}
		return a.body()
	}
	if body := try("pin", "pin", map[string]string{"link": "javascript:alert(1)"}, http.StatusUnprocessableEntity); strings.Contains(body, `href="javascript`) {
		t.Error("a script can be pinned")
	}
	try("pin", "pin", map[string]string{"link": "https://chat.example.com/room"}, http.StatusSeeOther)
	try("waive-users", "waive", map[string]string{"why": "Nobody was harmed"}, http.StatusSeeOther)
	try("add", "add", map[string]string{"name": "Call the exchange"}, http.StatusSeeOther)
	try("attach", "attach", map[string]string{"what": "https://explorer.example.com/tx/1"}, http.StatusSeeOther)
	try("end-added-1", "end", map[string]string{"state": "done"}, http.StatusSeeOther)
	try("undo-added-1", "undo", map[string]string{"why": "It was not"}, http.StatusSeeOther)

	s := w.state(id)
	if s.Room() != "https://chat.example.com/room" || len(s.Added) != 1 || len(s.Evidence) != 1 || s.Step("added-1").State != "" {
		t.Errorf("room %q, added %+v, evidence %+v, step %+v", s.Room(), s.Added, s.Evidence, s.Step("added-1"))
	}
	body := w.signedIn("david").get(page).body()
	for _, want := range []string{`href="https://chat.example.com/room"`, "wants it waived: Nobody was harmed", "to waive Users. A second person", "Call the exchange", "Added on the spot by"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if body := w.stranger().get("/page/" + w.pageSecret(id, "janet")).body(); !strings.Contains(body, "chat.example.com/room") {
		t.Error("the page of a call does not say where responders meet")
	}
}
