package target

import (
	"fmt"
	"slices"
	"time"
)

// expiresSoon is how long before its end a certificate should have been replaced; one that was made for a short time, a
// third of that.
const expiresSoon = 14 * 24 * time.Hour

// certificate is what is remembered of the one that a server shows.
type certificate struct {
	Issuer   fact   `json:"issuer"`
	Names    fact   `json:"names"`
	Key      string `json:"key"`
	Expiring string `json:"expiring,omitempty"` // key of the one whose end was told
	Mistrust string `json:"mistrust,omitempty"` // as told
}

// see takes in the certificate that is shown now.
func (c *certificate) see(name string, accepted []string, now *Certificate, at time.Time) (news []string) {
	before := c.Issuer.Value
	changed := c.Key != "" && c.Key != now.Key
	issuer := c.Issuer.see(subject{"the issuer of the certificate of " + name, accepted}, []View{{Values: []string{now.Issuer}}}, at)
	if len(issuer) > 0 && changed && len(before) > 0 && before[0] != now.Issuer {
		issuer[0] += ", and its key is another one"
	}
	news = append(news, issuer...)
	news = append(news, c.Names.see(subject{name: "the names in the certificate of " + name}, []View{{Values: now.Names}}, at)...)
	c.Key = now.Key

	switch {
	case now.Mistrust != "" && now.Mistrust != c.Mistrust:
		news = append(news, fmt.Sprintf("the certificate of %s is not to be trusted: %s", name, clip(now.Mistrust)))
	case now.Mistrust == "" && c.Mistrust != "":
		news = append(news, fmt.Sprintf("the certificate of %s can be trusted again", name))
	}
	c.Mistrust = now.Mistrust

	soon := min(expiresSoon, now.Until.Sub(now.From)/3)
	mark := now.Key + " " + now.Until.UTC().Format(time.RFC3339)
	switch left := now.Until.Sub(at); {
	case left >= soon:
		if c.Expiring != "" {
			news = append(news, fmt.Sprintf("the certificate of %s was renewed and is good until %s", name, clock(now.Until)))
		}
		c.Expiring = ""
	case c.Expiring == mark:
	case left <= 0:
		c.Expiring = mark
		news = append(news, fmt.Sprintf("the certificate of %s ended at %s", name, clock(now.Until)))
	default:
		c.Expiring = mark
		news = append(news, fmt.Sprintf("the certificate of %s ends at %s, in %d days, and has not been renewed", name, clock(now.Until), int(left/(24*time.Hour))))
	}
	return news
}

// describe is what a certificate looks like at first sight.
func (c *Certificate) describe() string {
	return fmt.Sprintf("certificate by %s for %s until %s", clip(c.Issuer), words(slices.Clone(c.Names)), clock(c.Until))
}
