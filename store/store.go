// Package store owns the contract of the database: bytes, not meaning. Streams of records with versions, deliveries,
// leases, watch state, plans by hash, links and sessions. All SQL and all of River stay below it.
package store

import (
	"context"
	"errors"
	"time"

	"tocsin/journal"
)

// The errors callers tell apart with errors.Is.
var (
	ErrConflict = errors.New("somebody else was first") // a stream is at another version than expected
	ErrNotFound = errors.New("there is no such row")
	ErrLost     = errors.New("the lease has passed to somebody else") // an epoch is not the newest
)

// Store is a database. Times are UTC and come from the caller; SQL never asks for the time. Safe for concurrent use, also
// by several processes over the same database.
type Store interface {
	// Commit does everything in c in one transaction, or nothing.
	Commit(ctx context.Context, c Commit) error

	// Load returns the records of a stream with Seq > after, in order; none for an unknown stream.
	Load(ctx context.Context, stream string, after uint64) ([]journal.Record, error)
	// Window returns the first records of a stream with Seq > after, in order, at most limit.
	Window(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error)
	// Before returns records of a stream with Seq < before, the newest first, at most limit; of some kinds only, if any are named.
	// It begins with the last if before is 0.
	Before(ctx context.Context, stream string, before uint64, limit int, kinds ...string) ([]journal.Record, error)
	// Head returns one stream's head, ErrNotFound for an unknown stream.
	Head(ctx context.Context, stream string) (Head, error)
	// Heads lists streams of a kind, of all kinds if that is empty, the one created last first; only open ones if open is true.
	Heads(ctx context.Context, kind string, open bool) ([]Head, error)
	// Due lists streams whose DueAt is set and not after now, earliest first.
	Due(ctx context.Context, now time.Time, limit int) ([]Head, error)
	// Take lists what Due does, but for what was taken until a time after now, and takes it until a time: several nodes that take
	// share what is due among them. Whatever is appended to a stream gives it back. What was taken until a time longer than Skew
	// after that until was taken by a clock that is wrong, and counts as free. It guards nothing: an append does that.
	Take(ctx context.Context, now, until time.Time, limit int) ([]Head, error)
	// Ahead lists what Due will list by a later time and whose last record is of after now, for its writer's clock was ahead.
	Ahead(ctx context.Context, now time.Time, limit int) ([]Head, error)
	// Position is a number that grows with every record stored by any process.
	Position(ctx context.Context) (uint64, error)
	// Listen calls heard soon after a process stored records, this one or another, and once at its beginning, until ctx ends; then it
	// returns nil. An error says that the database cannot tell just now. It may call without need, and one that was stored by a
	// process that died at once may not be told: whoever must miss nothing looks at Position now and then as well.
	Listen(ctx context.Context, heard func()) error
	// Snapshot returns what was last kept of a stream by PutSnapshot, ErrNotFound if nothing is.
	Snapshot(ctx context.Context, stream string) (Snapshot, error)
	// PutSnapshot keeps a snapshot in place of the one before. One that is older than what is kept, or than the stream's last
	// redaction, changes nothing. ErrNotFound for an unknown stream.
	PutSnapshot(ctx context.Context, s Snapshot) error
	// File returns a file of a stream, ErrNotFound if there is none or it was discarded.
	File(ctx context.Context, stream, id string) (File, error)

	// Delivery returns one delivery, ErrNotFound if unknown.
	Delivery(ctx context.Context, id string) (Delivery, error)
	// Deliveries lists a stream's deliveries in the order of their creation.
	Deliveries(ctx context.Context, stream string) ([]Delivery, error)
	// Claim takes a delivery that is queued and whose NotBefore has come, or is sending with an expired lease: it becomes
	// sending, owned, with the next epoch and one more attempt. False if it is not to be had now.
	Claim(ctx context.Context, id, owner string, now, until time.Time) (Delivery, bool, error)
	// Renew prolongs a lease; ErrLost if the epoch is not the newest.
	Renew(ctx context.Context, id string, epoch uint64, until time.Time) error
	// Finish writes what became of a claimed delivery: landed, failed, unknown, or queued again with a NotBefore; ErrLost
	// if the epoch is not the newest.
	Finish(ctx context.Context, id string, epoch uint64, state string, notBefore time.Time, outcome []byte) error
	// Stale lists deliveries that the sweep should wake: queued and due, or sending with an expired lease. Oldest first.
	Stale(ctx context.Context, now time.Time, limit int) ([]string, error)
	// Pending lists deliveries that wait for a time, whether it has come or not: those sending, until their lease is over, and those
	// queued with a NotBefore, until then, with no Owner. Oldest first.
	Pending(ctx context.Context, limit int) ([]Hold, error)
	// Work runs handle for each delivery that was due when it was committed, at once, on up to workers goroutines, until
	// ctx ends; it returns when they have stopped. The others, and those queued again, are the sweep's to handle. A
	// delivery may be handed over more than once, or be gone: Claim decides. handle's error is logged and the delivery is
	// left to the sweep.
	Work(ctx context.Context, workers int, handle func(ctx context.Context, id string) error) error

	// Lease takes or renews a named lease for owner until a time. It returns the lease's epoch, which grows with each new
	// owner, and false if another owner holds it.
	Lease(ctx context.Context, name, owner string, now, until time.Time) (epoch uint64, ok bool, err error)
	// Leases lists who holds which named leases, whether they are over or not, by name.
	Leases(ctx context.Context) ([]Hold, error)
	// Release gives a lease up; no error if it is not held.
	Release(ctx context.Context, name, owner string) error
	// Watch returns the bytes last committed under a key, nil if none were.
	Watch(ctx context.Context, key string) ([]byte, error)
	// Seen returns those of the marks that have been committed, with the stream each led to.
	Seen(ctx context.Context, marks []string) (map[string]string, error)

	// PutPlan keeps a plan under its hash; putting the same again changes nothing.
	PutPlan(ctx context.Context, p Plan) error
	// Plan returns a plan by hash, ErrNotFound if unknown.
	Plan(ctx context.Context, hash string) (Plan, error)

	// PutLink keeps a link under the hash of its secret.
	PutLink(ctx context.Context, l Link) error
	// Link returns a link by the hash of its secret, ErrNotFound if unknown.
	Link(ctx context.Context, hash string) (Link, error)
	// UseLink marks a link used at a time; ErrConflict if it was used before.
	UseLink(ctx context.Context, hash string, at time.Time) (Link, error)

	// Session returns a session's bytes, ErrNotFound if unknown or expired by now.
	Session(ctx context.Context, token string, now time.Time) ([]byte, error)
	PutSession(ctx context.Context, token string, data []byte, expires time.Time) error
	DeleteSession(ctx context.Context, token string) error

	Close() error
}

// Skew is how far the clocks of nodes may lie apart without anything being done twice for it.
const Skew = 10 * time.Second

// Commit is everything that one command changes.
type Commit struct {
	Appends    []Append
	Deliveries []Delivery // new ones, queued; each that is due when it is Created also inserts the job that wakes a worker
	Links      []Link     // new ones
	Watch      []Watch
	Marks      map[string]string // mark → stream; a mark committed before is ErrConflict
	Redactions []Redaction       // ErrNotFound if there is no such record
	Forget     []string          // deliveries that have ended, whose payload and outcome are removed; others stay as they are
	Files      []File            // new ones; ErrConflict if the stream has a file of that id
	Discard    []FileRef         // files that are removed for good; what is not there changes nothing
}

// Append adds records to a stream and replaces its head.
type Append struct {
	Stream   string
	Expect   uint64 // version the stream must have: the Seq of its last record, 0 if new
	Records  []journal.Record
	Kind     string    // of the stream: incident, plan, …
	Protocol string    // whose it is
	DueAt    time.Time // when it must be looked at again; zero for never
	Open     bool      // still going on
	Summary  []byte    // what lists show of it; meaning belongs to the caller
}

// Redaction removes texts about people: the record's openings are replaced by those that are left, and what was kept as a
// snapshot of its stream is removed.
type Redaction struct {
	Stream   string
	Seq      uint64
	Openings []byte // that are left; nil for none
}

// MaxFile is the most that a file may hold, in bytes.
const MaxFile = 10 << 20

// File is what was handed in with a stream and is too long for its records. What proves that it is the one that was handed in
// stands in the records.
type File struct {
	Stream string
	ID     string // within the stream
	Bytes  []byte // at most MaxFile
}

// FileRef names a file.
type FileRef struct{ Stream, ID string }

// Snapshot is what somebody made of a stream's records up to a version, so that nobody need read all of them. It can be lost or
// be wrong: whoever uses it checks it against the records.
type Snapshot struct {
	Stream  string
	Version uint64
	Bytes   []byte
}

// Head is a stream without its records.
type Head struct {
	Stream   string
	Kind     string
	Protocol string
	Version  uint64
	DueAt    time.Time
	Open     bool
	Summary  []byte
	Updated  time.Time // At of the last record
}

// The states of a delivery.
const (
	Queued  = "queued"
	Sending = "sending"
	Landed  = "landed"
	Failed  = "failed"
	Unknown = "unknown" // sent, and not known whether it landed
)

// Delivery is one thing that is to leave the house. Its ID is its idempotency key.
type Delivery struct {
	ID        string
	Stream    string
	Kind      string // page, notice, update, action
	Payload   []byte
	State     string
	NotBefore time.Time
	Created   time.Time
	Owner     string
	Lease     time.Time
	Epoch     uint64
	Attempts  int
	Outcome   []byte
}

// Hold says who has a delivery or a named lease, and until when by the clock of whoever wrote it.
type Hold struct {
	Name  string // of the lease; the delivery's ID
	Owner string
	Epoch uint64
	Until time.Time
}

// Watch is the state of a follower, guarded by the lease that it holds.
type Watch struct {
	Key   string // also the name of the lease
	Epoch uint64 // of the lease; Commit returns ErrLost if it is not the newest, or if nobody ever took the lease
	State []byte
}

// Plan is a plan as it was when it came into force or when an incident opened under it.
type Plan struct {
	Hash      string
	Protocol  string
	Canonical []byte // plan.Canonical
	Files     []byte // zip of the folder, for people and the export
	Stored    time.Time
}

// Link is a secret that lets its bearer do one thing. Only the secret's hash is kept.
type Link struct {
	Hash    string // hex SHA-256 of the secret
	Kind    string // sign-in (once), page (to answer, until it expires), signing (one signature), invitation and report (of an exercise)
	Person  string
	Stream  string // incident, for page and signing; exercise, for invitation and report
	Ref     string // page, for page
	Expires time.Time
	Used    time.Time // zero if never
}
