package assets

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestEveryFileIsServedForEverUnderItsVersion(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
	for _, name := range []string{"tokens.css", "tocsin.css", "console.css", "live.js", "sign.js", "wallet.js", "bell.svg"} {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, s.Path(name), nil))
		kind := kinds[name[strings.LastIndexByte(name, '.'):]]
		if rec.Code != http.StatusOK || !strings.HasPrefix(rec.Header().Get("Content-Type"), kind) || rec.Body.Len() == 0 {
			t.Errorf("%s: %d, %s, %d bytes", name, rec.Code, rec.Header().Get("Content-Type"), rec.Body.Len())
		}
		if !strings.Contains(rec.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s is not kept", name)
		}
	}
}

func TestOldVersionsAreNotKept(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/assets/old/tokens.css", nil))
	if rec.Code != http.StatusOK || rec.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("%d, %s", rec.Code, rec.Header().Get("Cache-Control"))
	}
	for _, path := range []string{"/assets/x/none.css", "/assets/x/assets.go", "/assets/x/../../go.mod", "/assets/x/"} {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		if rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

// The console loads nothing from anywhere else, and what it is drawn with obeys its own policy.
func TestNothingComesFromElsewhere(t *testing.T) {
	elsewhere := regexp.MustCompile(`(?i)url\(|@import|https?://|//[a-z]+\.`)
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := fs.ReadFile(files, e.Name())
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(b), `xmlns="http://www.w3.org/2000/svg"`, "")
		if at := elsewhere.FindString(text); at != "" {
			t.Errorf("%s refers to elsewhere: %s", e.Name(), at)
		}
		if strings.HasSuffix(e.Name(), ".js") && regexp.MustCompile(`\beval\(|new Function|innerHTML|outerHTML|document\.write|insertAdjacentHTML|\.style\b`).MatchString(text) {
			t.Errorf("%s writes markup or style", e.Name())
		}
	}
}
