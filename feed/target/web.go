package target

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/detect"
)

// webMemory is what is remembered of a web target.
type webMemory struct {
	Records     map[string]*fact      `json:"records,omitempty"`
	Addresses   map[string]*addresses `json:"addresses,omitempty"`
	Certificate *certificate          `json:"certificate,omitempty"`
	Page        *page                 `json:"page,omitempty"`
}

// recordNames are the types of record, as people call them.
var recordNames = map[string]string{
	"A": "the addresses (A)", "AAAA": "the addresses (AAAA)", "CNAME": "the other name (CNAME)", "NS": "the name servers (NS)",
	"MX": "the mail servers (MX)", "TXT": "the texts (TXT)", "CAA": "who may issue certificates (CAA)",
}

// web takes in the records, the certificate and the page of a target. Each of them is told for itself.
func (l *look) web() {
	m := l.memory.Web
	if m == nil {
		m = &webMemory{}
		l.memory.Web = m
	}
	if m.Records == nil {
		m.Records = map[string]*fact{}
	}
	if m.Addresses == nil {
		m.Addresses = map[string]*addresses{}
	}
	var seen []string
	if l.target.Host != "" {
		l.failing("records", l.sight.RecordsBlind, nil)
		if l.sight.RecordsBlind == "" {
			seen = append(seen, l.records(m)...)
		}
	}
	if strings.HasPrefix(l.target.URL, "https://") {
		l.failing("certificate", l.sight.CertificateBlind, nil)
		if c := l.sight.Certificate; c != nil {
			if m.Certificate == nil {
				m.Certificate = &certificate{}
				seen = append(seen, c.describe())
			}
			l.news(m.Certificate.see(l.name(), l.target.expect.accepted["issuer"], c, l.sight.At))
		}
	}
	if l.target.URL != "" {
		l.failing("page", l.sight.PageBlind, nil)
		if p := l.sight.Page; p != nil {
			first := m.Page == nil
			if first {
				m.Page = &page{}
				seen = append(seen, p.describe())
			}
			l.news(m.Page.see(l.target, p, l.sight.At, first))
			l.failing("scripts", p.unread(), nil)
		}
	}
	if len(seen) > 0 {
		l.tell(detect.Observe, fmt.Sprintf("%s: %s is watched from now on as it is seen here: %s.", l.target.Name, l.target.Called, strings.Join(seen, "; ")))
	}
}

// records takes in what the resolvers say, and returns what was seen for the first time.
func (l *look) records(m *webMemory) (seen []string) {
	for _, r := range l.sight.Records {
		if len(r.Views) == 0 {
			continue // of this type nobody knew just now
		}
		s := subject{name: recordNames[r.Type] + " of " + clip(r.Name)}
		if r.Type == "A" || r.Type == "AAAA" {
			s.accepted = l.accepted("addresses")
			a := m.Addresses[r.Type]
			if a == nil {
				a = &addresses{}
				m.Addresses[r.Type] = a
				seen = append(seen, r.Type+" "+words(union(r.Views)))
			}
			l.news(a.see(s, union(r.Views), l.sight.At))
			continue
		}
		s.accepted = l.accepted(strings.ToLower(r.Type))
		f := m.Records[r.Type]
		if f == nil {
			f = &fact{}
			m.Records[r.Type] = f
			seen = append(seen, r.Type+" "+words(most(r.Views)))
		}
		l.news(f.see(s, r.Views, l.sight.At))
	}
	return seen
}

func (l *look) accepted(facet string) []string { return l.target.expect.accepted[facet] }

// news tells what changed, in one finding.
func (l *look) news(list []string) {
	if len(list) == 0 {
		return
	}
	if n := len(list) - maxNews; n > 0 {
		list = append(slices.Clone(list[:maxNews]), fmt.Sprintf("%d more changes", n))
	}
	l.because(strings.Join(list, "; "))
}

func (l *look) name() string {
	if l.target.Host != "" {
		return l.target.Host
	}
	return host(l.target.URL)
}

// union is what any resolver says.
func union(views []View) (all []string) {
	for _, v := range views {
		all = append(all, v.Values...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// describe is what a page looks like at first sight.
func (p *Page) describe() string {
	count := map[string]int{}
	var hosts []string
	for _, i := range p.Items {
		count[i.Kind]++
		if i.Kind == "script" && !slices.Contains(hosts, i.Host) {
			hosts = append(hosts, i.Host)
		}
	}
	slices.Sort(hosts)
	say := "page with " + counted(count["script"], "script")
	if len(hosts) > 0 {
		say += " from " + words(hosts)
	}
	say += fmt.Sprintf(", %s, %s, %s", counted(count[inline], "inline script"), counted(count["frame"], "frame"), counted(count["form"], "form"))
	if len(p.Volatile) > 0 {
		say += "; not compared, for it differs at each answer: " + words(p.Volatile)
	}
	return say
}

// unread says which script could not be read; empty if all were.
func (p *Page) unread() string {
	for _, i := range p.Items {
		if i.Blind != "" {
			return fmt.Sprintf("the script %s cannot be read: %s", clip(i.Name), i.Blind)
		}
	}
	return ""
}
