package target

import (
	"testing"
	"time"

	"tocsin/plan"
)

// site watches https://app.example/.
func site(t *testing.T, expect map[string]string) *world {
	return with(t, plan.Detector{Kind: Web, URL: "https://app.example/", Expect: expect})
}

func shown(c Certificate) Sight {
	if c.Until.IsZero() {
		c.From, c.Until = noon.Add(-24*time.Hour), noon.Add(80*24*time.Hour)
	}
	return Sight{Certificate: &c}
}

func TestACertificateOfAnotherIssuerIsAFinding(t *testing.T) {
	w := site(t, nil)
	good := Certificate{Issuer: "Good CA", Names: []string{"app.example"}, Key: "k1"}
	w.finds("observe", shown(good), "certificate by Good CA for app.example")
	good.Key = "k2"
	w.quiet(shown(good)) // renewed by the same
	w.finds("page", shown(Certificate{Issuer: "Other CA", Names: good.Names, Key: "k3"}), "the issuer of the certificate of app.example: Good CA → Other CA, and its key is another one")
	w.finds("page", shown(Certificate{Issuer: "Other CA", Names: []string{"app.example", "evil.example"}, Key: "k3"}), "app.example → app.example, evil.example")
	w.finds("page", shown(Certificate{Issuer: "Other CA", Names: []string{"app.example", "evil.example"}, Key: "k3", Mistrust: "nobody known has issued it"}), "not to be trusted: nobody known")
	w.finds("page", shown(Certificate{Issuer: "Other CA", Names: []string{"app.example", "evil.example"}, Key: "k3"}), "can be trusted again")
}

func TestTheIssuerThatThePlanNames(t *testing.T) {
	w := site(t, map[string]string{"issuer": "Good CA, Second CA"})
	w.finds("observe", shown(Certificate{Issuer: "Good CA", Key: "k"}))
	w.quiet(shown(Certificate{Issuer: "Second CA", Key: "k2"}))
	w.finds("page", shown(Certificate{Issuer: "Bad CA", Key: "k3"}), "where the plan expects Good CA, Second CA")
}

func TestACertificateThatEndsIsToldOnce(t *testing.T) {
	w := site(t, nil)
	long := func(left time.Duration, key string) Sight {
		return shown(Certificate{Issuer: "CA", Key: key, From: noon.Add(left - 90*24*time.Hour), Until: noon.Add(left)})
	}
	w.finds("observe", long(20*24*time.Hour, "k"))
	w.finds("page", long(10*24*time.Hour, "k"), "in 9 days")
	w.quiet(long(10*24*time.Hour, "k"))
	w.finds("page", long(90*24*time.Hour, "k2"), "was renewed")
	w.finds("page", long(-24*time.Hour, "k3"), "ended at")
	brief := shown(Certificate{Issuer: "CA", Key: "k4", From: noon.Add(-24 * time.Hour), Until: noon.Add(5 * 24 * time.Hour)})
	w.finds("page", brief, "was renewed") // made for six days: five are plenty
	w.quiet(brief)
}
