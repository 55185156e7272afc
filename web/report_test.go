package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// public is a world whose plan has a public form.
func public(t *testing.T, change func(*plan.Plan, *Options)) *world {
	t.Helper()
	return newWorldOf(t, false, func(p *plan.Plan, o *Options) {
		p.Detectors = append(p.Detectors, plan.Detector{ID: "told-us", Name: "What the public tells", Kind: kindReport, Mode: "page", Asset: "vault", URL: "https://example.com/bounty"})
		for i := range p.Issues {
			if p.Issues[i].ID == "stolen-user-funds" {
				p.Issues[i].Detection.Detectors = append(p.Issues[i].Detection.Detectors, "told-us")
			}
		}
		if change != nil {
			change(p, o)
		}
	})
}

// from is a stranger at an address.
type from struct {
	as
	address string
	header  http.Header
}

func (f from) send(method, path string, form url.Values) answer {
	f.w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.RemoteAddr = f.address
	for k, v := range f.header {
		r.Header[k] = v
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return f.as.send(r)
}

// at is a stranger at an address.
func (w *world) at(address string) from { return from{as: w.stranger(), address: address} }

// tells fills in the form as a person does, and sends it.
func (f from) tells(more url.Values) answer {
	f.w.t.Helper()
	form := f.send(http.MethodGet, "/report", nil).is(http.StatusOK).form("report")
	for k, v := range more {
		form[k] = v
	}
	f.w.pass(4 * time.Second)
	return f.send(http.MethodPost, "/report", form)
}

var reference = regexp.MustCompile(`<code>([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})</code>`)

// reference is the number that the answer gives.
func (a answer) reference() string {
	a.t.Helper()
	m := reference.FindStringSubmatch(a.is(http.StatusOK).body())
	if m == nil {
		a.t.Fatalf("the answer gives no number:\n%s", a.text())
	}
	return m[1]
}

func TestReport(t *testing.T) {
	w := public(t, nil)
	somebody := w.at("192.0.2.7:4711")
	ask := somebody.send(http.MethodGet, "/report", nil).is(http.StatusOK)
	ask.contains("Tell us what you saw", "no seed phrase", "https://example.com/bounty")
	if strings.Contains(ask.body(), "<script") || strings.Contains(ask.body(), "style=") {
		t.Error("the public form needs a script or a style of its own")
	}
	a := somebody.tells(url.Values{
		"what": {"Deposits vanish.\r\nI saw <b>two</b>\x00.\u202e"}, "where": {"0x" + strings.Repeat("ab", 32)}, "when": {"now"}, "contact": {"mallory@example.com"},
	})
	number := a.reference()
	a.contains("It goes to the team at once", "only where you asked them to").lacks("tell nobody else")
	s := w.theIncident()
	f := s.Findings[0]
	if f.ID != "told-us-"+number || f.Mode != "page" || f.Asset != "vault" || s.Issue != "stolen-user-funds" || len(s.Pages) == 0 {
		t.Errorf("%+v", f)
	}
	if want := "Somebody told us something through the public form. They say that it is happening. Report " + number + "."; f.Say != want {
		t.Errorf("says %q, want %q", f.Say, want)
	}
	if want := journal.Personal("Deposits vanish.\nI saw <b>two</b>.\n\nWhere: 0x" + strings.Repeat("ab", 32)); f.Text != want {
		t.Errorf("text %q, want %q", f.Text, want)
	}
	page := w.signedIn("janet").get("/incidents/" + s.ID).is(http.StatusOK)
	page.contains(number, "mallory@example.com", "Deposits vanish. I saw")
	if strings.Contains(page.body(), "<b>two") {
		t.Error("what strangers write becomes markup")
	}
}

// TestReportCanBeForgotten shows that what a reporter wrote stands in no record but as commitments.
func TestReportCanBeForgotten(t *testing.T) {
	w := public(t, nil)
	w.at("192.0.2.7:4711").tells(url.Values{"what": {"My neighbour did it."}, "contact": {"mallory@example.com"}}).reference()
	n := 0
	for _, stream := range []string{"incident/" + w.theIncident().ID, "findings/" + w.plan.Protocol} {
		records, err := w.store.Load(t.Context(), stream, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			for _, text := range []string{"mallory", "neighbour"} {
				if strings.Contains(string(r.Bytes), text) {
					t.Errorf("%s, record %d holds %q", stream, r.Seq, text)
				}
			}
			left, err := journal.Redact(r, func(_, value string) bool {
				if strings.Contains(value, "mallory") {
					n++
					return true
				}
				return false
			})
			if err != nil {
				t.Fatal(err)
			}
			r.Openings = left
			var e incident.EventFinding
			if _, err := r.Open(&e); err != nil {
				t.Errorf("%s, record %d: %v", stream, r.Seq, err)
			}
			if e.Finding.Contact != "" {
				t.Errorf("the contact is still %q", e.Finding.Contact)
			}
		}
	}
	if n == 0 {
		t.Error("the contact stands nowhere")
	}
}

func TestReportThatOnlyObserves(t *testing.T) {
	w := public(t, func(p *plan.Plan, _ *Options) { p.Detectors[len(p.Detectors)-1].Mode = "" })
	a := w.at("192.0.2.7:4711").tells(url.Values{"what": {"The fee can be avoided"}, "when": {"unused"}})
	number := a.reference()
	a.contains("Somebody of the team reads it", "so they cannot answer", "tell nobody else", "https://example.com/bounty")
	seen, err := w.engine.Observed(t.Context(), w.plan.Protocol)
	if err != nil || len(seen) != 1 || seen[0].ID != "told-us-"+number || seen[0].Text != "The fee can be avoided" || len(w.incidents()) != 0 {
		t.Errorf("%+v, %v", seen, err)
	}
}

func TestReportsAreListedForTheTeam(t *testing.T) {
	w := public(t, func(p *plan.Plan, _ *Options) {
		p.Detectors = append(p.Detectors, plan.Detector{ID: "bridge-told", Name: "The bridge", Kind: kindReport})
	})
	tell := func(path, what string) {
		t.Helper()
		somebody := w.at("192.0.2.7:4711")
		form := somebody.send(http.MethodGet, path, nil).form("report")
		form.Set("what", what)
		form.Set("contact", "mallory@example.com")
		w.pass(4 * time.Second)
		somebody.send(http.MethodPost, path, form).reference()
	}
	janet := w.signedIn("janet")
	janet.get("/reports").is(http.StatusOK).contains("Nobody has written yet", "The bridge")
	tell("/report/told-us", "Deposits <i>vanish</i>")
	tell("/report/bridge-told", "The bridge creaks")
	a := janet.get("/reports").is(http.StatusOK)
	a.contains("Deposits", "mallory@example.com", "Incident "+w.theIncident().ID).lacks("creaks")
	if strings.Contains(a.body(), "<i>vanish") {
		t.Error("what strangers write becomes markup")
	}
	janet.get("/reports?of=bridge-told").contains("The bridge creaks", "It called nobody").lacks("vanish")
	janet.get("/").contains("Reports")
	w.stranger().get("/reports").is(http.StatusSeeOther)
	none := newWorld(t, false)
	none.signedIn("janet").get("/reports").is(http.StatusNotFound)
	if strings.Contains(none.signedIn("janet").get("/").body(), "/reports") {
		t.Error("a plan without a public form has a list of reports")
	}
}

func TestReportTwiceIsOne(t *testing.T) {
	w := public(t, nil)
	somebody := w.at("192.0.2.7:4711")
	form := somebody.send(http.MethodGet, "/report", nil).form("report")
	form.Set("what", "Deposits vanish")
	w.pass(4 * time.Second)
	first, second := somebody.send(http.MethodPost, "/report", form).reference(), somebody.send(http.MethodPost, "/report", form).reference()
	if first != second || len(w.theIncident().Findings) != 1 {
		t.Errorf("sent twice: %s and %s, %d findings", first, second, len(w.theIncident().Findings))
	}
	form.Set("what", "And withdrawals too")
	if third := somebody.send(http.MethodPost, "/report", form).reference(); third == first || len(w.theIncident().Findings) != 2 {
		t.Error("other words from the same form are lost")
	}
}

func TestNoFormWithoutADetector(t *testing.T) {
	w := newWorld(t, false)
	somebody := w.at("192.0.2.7:4711")
	for _, path := range []string{"/report", "/report/told-us", "/report/" + w.plan.Protocol + "/told-us", "/report/" + w.detector()} {
		somebody.send(http.MethodGet, path, nil).is(http.StatusNotFound)
		somebody.send(http.MethodPost, path, url.Values{"what": {"x"}}).is(http.StatusNotFound)
	}
	somebody.send(http.MethodGet, "/.well-known/security.txt", nil).is(http.StatusNotFound)
}

func TestSeveralFormsAreChosenFrom(t *testing.T) {
	w := public(t, func(p *plan.Plan, _ *Options) {
		p.Detectors = append(p.Detectors, plan.Detector{ID: "bridge-told", Name: "The bridge", Kind: kindReport})
	})
	somebody := w.at("192.0.2.7:4711")
	a := somebody.send(http.MethodGet, "/report", nil).is(http.StatusOK)
	a.contains("What is it about?", "The bridge", "What the public tells")
	if !strings.Contains(a.body(), `href="/report/`+w.plan.Protocol+`/bridge-told"`) {
		t.Error("the choice leads nowhere")
	}
	form := somebody.send(http.MethodGet, "/report/told-us", nil).is(http.StatusOK).form("report")
	form.Set("what", "x")
	w.pass(4 * time.Second)
	somebody.send(http.MethodPost, "/report/bridge-told", form).is(http.StatusUnprocessableEntity) // a ticket is of one form
	somebody.send(http.MethodPost, "/report/told-us", form).reference()
}

func TestReportFromAnotherSite(t *testing.T) {
	w := public(t, nil)
	r := httptest.NewRequest(http.MethodPost, "/report", strings.NewReader("what=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w.stranger().send(r).is(http.StatusForbidden)
}

func TestSecurityText(t *testing.T) {
	w := public(t, func(_ *plan.Plan, o *Options) { o.Secure = true })
	a := w.at("192.0.2.7:4711").send(http.MethodGet, "https://tocsin.example.com/.well-known/security.txt", nil).is(http.StatusOK)
	want := "Contact: https://tocsin.example.com/report\nExpires: 2027-01-05T02:51:27Z\nCanonical: https://tocsin.example.com/.well-known/security.txt\nPolicy: https://example.com/bounty\n"
	if a.body() != want || !strings.HasPrefix(a.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%s", a.body())
	}
}

func TestReportInABrowser(t *testing.T) {
	w := public(t, nil)
	b := newBrowser(t, w)
	b.inject(watchFaults)
	for _, width := range []int64{320, 1280} {
		b.size(width, 1000)
		b.open("/report")
		b.fits(fmt.Sprintf("the form at %d", width))
		b.shot(fmt.Sprintf("report-%d", width))
	}
	if os.Getenv("TOCSIN_SHOTS") != "" {
		b.dark()
		b.size(360, 1000)
		b.open("/report")
		b.shot("report-dark")
	}
	b.do(chromedp.SendKeys("#report-what", "Deposits vanish"))
	w.pass(4 * time.Second)
	b.tabTo("Send to the team")
	b.do(chromedp.Click("#report button"), chromedp.WaitVisible("#next-h"))
	b.fits("the answer")
	b.shot("report-done")
	if f := w.theIncident().Findings[0]; f.Text != "Deposits vanish" {
		t.Errorf("%+v", f)
	}
	b.sound()
}
