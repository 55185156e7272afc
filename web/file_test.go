package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tocsin/incident"
)

// TestFilesOnTheIncidentsPage: a file goes in by a form and comes back to be saved, and nothing in it can run.
func TestFilesOnTheIncidentsPage(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	w.does(id, "janet", incident.OpAnswer{Answer: incident.Coming})
	janet := w.signedIn("janet")
	page := "/incidents/" + id
	send := func(name string, content []byte) answer {
		t.Helper()
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		for key, value := range map[string]string{"note": "as seen", "command": "c-" + name, "form": "attach", "upload": "file"} {
			if err := form.WriteField(key, value); err != nil {
				t.Fatal(err)
			}
		}
		part, err := form.CreateFormFile("file", name)
		if err == nil {
			_, err = part.Write(content)
		}
		if err == nil {
			err = form.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, page+"/files", &b)
		r.Header.Set("Content-Type", form.FormDataContentType())
		return janet.send(r)
	}
	evil := []byte("<html><script>alert(1)</script>")
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...)
	for name, content := range map[string][]byte{"evil.html": evil, "seen.png": png} {
		if a := send(name, content); a.Code != http.StatusSeeOther {
			t.Fatalf("%s answered %d: %s", name, a.Code, a.body())
		}
	}
	if a := send("large", make([]byte, incident.MaxFile+1)); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.body(), "larger than 10 MiB") {
		t.Errorf("a file that is too large answered %d", a.Code)
	}
	if a := send("huge", make([]byte, maxUpload)); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.body(), "larger than 10 MiB") {
		t.Errorf("a file that is far too large answered %d", a.Code)
	}
	if a := send("empty", nil); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.body(), "There is no file") {
		t.Errorf("no file answered %d", a.Code)
	}
	list := w.state(id).Evidence
	if len(list) != 2 {
		t.Fatalf("evidence is %+v", list)
	}
	body := janet.get(page).body()
	for _, e := range list {
		a := janet.get(page + "/files/" + e.ID)
		media, content := "application/octet-stream", evil
		if e.What == "seen.png" {
			media, content = "image/png", png
		}
		h := a.Result().Header
		if a.Code != http.StatusOK || !bytes.Equal(a.Body.Bytes(), content) || h.Get("Content-Type") != media || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment; filename=") ||
			h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s answered %d with %v", e.What, a.Code, h)
		}
		if shown := strings.Contains(body, `<img src="`+page+"/files/"+e.ID+`"`); shown != (e.What == "seen.png") || !strings.Contains(body, `href="`+page+"/files/"+e.ID+`"`) {
			t.Errorf("%s on the page: shown %t", e.What, shown)
		}
	}
	if a := janet.get(page + "/files/evidence-9"); a.Code != http.StatusNotFound {
		t.Errorf("a file that is not there answered %d", a.Code)
	}
	if a := w.stranger().get(page + "/files/evidence-1"); a.Code == http.StatusOK {
		t.Error("a stranger can have it")
	}
}
