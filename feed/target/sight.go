package target

import "time"

// Sight is what was seen of a target in one look. What could not be seen says why in words that hold no secret.
type Sight struct {
	At      time.Time
	Blind   string  // why nothing at all was seen; http and feed
	Answer  *Answer // http
	Entries []Entry // feed, newest first

	// web
	Records          []Records
	RecordsBlind     string // no resolver answers
	Certificate      *Certificate
	CertificateBlind string
	Page             *Page
	PageBlind        string
}

// Entry is one entry of a feed.
type Entry struct {
	ID    string // what the feed knows it by
	Title string
	Link  string
	Text  string // all of it that is searched for words
}

// Records are what the resolvers say of one type of record.
type Records struct {
	Type  string // A, AAAA, CNAME, MX, TXT, NS, CAA
	Name  string // that holds them: of NS and CAA the nearest one above that has any
	Views []View // of the resolvers that answered, in the plan's order
}

// View is what one resolver says.
type View struct {
	Resolver string
	Values   []string // sorted, each once; none: there are none
}

// Certificate is the one that a server shows.
type Certificate struct {
	Issuer   string   // organisation, or name where there is none
	Names    []string // that it is for, sorted
	Key      string   // hash of the public key
	From     time.Time
	Until    time.Time
	Mistrust string // why a browser would not believe it; empty if it would
}

// Page is what of a page can do harm: its scripts, and where it sends people and what they type.
type Page struct {
	Items    []Item
	Volatile []string // names of items that differed between two answers a moment apart
}

// Item is one of them.
type Item struct {
	Kind  string // script, inline script, frame, form, base, refresh, policy, worker
	Name  string // of a script and what has a target: the address without query; else what it says
	Host  string // that it comes from or goes to
	Hash  string // of its content; empty if it has none or it could not be read
	Guard string // integrity attribute
	Begin string // of an inline script: its first characters
	Blind string // why its content could not be read
}

// Ill reports whether anything could not be seen: such a target may take long the next time too.
func (g *Sight) Ill() bool {
	return g.Blind != "" || g.RecordsBlind != "" || g.CertificateBlind != "" || g.PageBlind != ""
}
