package act

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"tocsin/action"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/outside"
	"tocsin/plan"
)

// line is one line of a record.
type line struct {
	Kind string          `json:"kind"`
	At   time.Time       `json:"at"`
	Data json.RawMessage `json:"data"`
}

// The kinds of lines besides those of an incident's events about actions.
const (
	lineRequest = "request"
	lineAnswer  = "answer"
	lineAnyway  = "anyway"
	lineOrder   = "order"
	lineRetry   = "retry"
)

// The only action of a record, and its decision, as package execute knows them.
const (
	theAction   = "action-1"
	theDecision = "decision-1"
)

// ReadRecord reads a record, to be verified by its own request and a plan.
func ReadRecord(path string, p *plan.Plan) (outside.Record, error) {
	b, err := read(path)
	if err != nil {
		return outside.Record{}, err
	}
	first, _, _ := bytes.Cut(b, []byte("\n"))
	var l line
	if err := json.Unmarshal(first, &l); err != nil || l.Kind != lineRequest {
		return outside.Record{}, fault.New(fault.Invalid, "%s is no record.", path).Instead("Name the file that lies beside the request; its name ends in .record.")
	}
	r, err := parseRequest(path, l.Data)
	if err != nil {
		return outside.Record{}, err
	}
	if err := r.Check(p); err != nil {
		return outside.Record{}, err
	}
	f := &File{plan: p, path: path, record: outside.Record{Request: r}}
	err = f.replay(b[:bytes.LastIndexByte(b, '\n')+1])
	return f.record, err
}

// ProtocolOf tells of which protocol and plan a record is.
func ProtocolOf(path string) (outside.Request, error) {
	b, err := read(path)
	if err != nil {
		return outside.Request{}, err
	}
	first, _, _ := bytes.Cut(b, []byte("\n"))
	var l line
	if err := json.Unmarshal(first, &l); err != nil || l.Kind != lineRequest {
		return outside.Request{}, fault.New(fault.Invalid, "%s is no record.", path).Instead("Name the file that lies beside the request; its name ends in .record.")
	}
	return parseRequest(path, l.Data)
}

// replay applies the lines of a record.
func (f *File) replay(b []byte) error {
	n := 0
	for text := range bytes.Lines(b) {
		n++
		var l line
		err := json.Unmarshal(text, &l)
		if err == nil && (n == 1) != (l.Kind == lineRequest) {
			err = fmt.Errorf("it is of kind %q", l.Kind)
		}
		if err == nil && n == 1 {
			err = f.same(l)
		}
		if err == nil {
			err = f.apply(l)
		}
		if err != nil {
			return fault.New(fault.Invalid, "Line %d of %s cannot be read.", n, f.path).Instead("Somebody changed it. Look on the chain what has landed before anything else is sent.").Because(err)
		}
	}
	return nil
}

// same refuses the record of another request.
func (f *File) same(l line) error {
	r, err := parseRequest(f.path, l.Data)
	if err != nil {
		return err
	}
	if r.ID != f.record.ID {
		return fmt.Errorf("it is the record of the request %s, and this one is %s", r.ID, f.record.ID)
	}
	return nil
}

// apply makes a line part of the record.
func (f *File) apply(l line) error {
	switch l.Kind {
	case lineRequest:
		return nil
	case lineAnswer:
		var a outside.Answer
		if err := json.Unmarshal(l.Data, &a); err != nil {
			return err
		}
		f.record.Answers = append(f.record.Answers, a)
		return nil
	case lineAnyway:
		f.record.Anyway = &outside.Anyway{}
		return json.Unmarshal(l.Data, f.record.Anyway)
	case lineOrder:
		f.record.Order = &outside.Order{}
		if err := json.Unmarshal(l.Data, f.record.Order); err != nil {
			return err
		}
		return f.order()
	case lineRetry:
		if f.state == nil {
			return fmt.Errorf("nothing was ordered that could be tried again")
		}
		f.happen(l.At, incident.EventActionRetried{ID: theAction})
		return nil
	}
	e, err := event(l)
	if err != nil {
		return err
	}
	if f.state == nil {
		return fmt.Errorf("%s comes before anything was ordered", l.Kind)
	}
	f.happen(l.At, e)
	return nil
}

// order makes what package execute carries out.
func (f *File) order() error {
	deed, err := f.record.Deed(f.plan)
	if err != nil {
		return err
	}
	f.state = newState(f.record, deed)
	f.fold()
	return nil
}

// newState is an incident of one action, over in all but that: nobody is called, and nothing else is decided in it.
func newState(r outside.Record, deed action.Prepared) *incident.State {
	return &incident.State{
		ID: r.ID, Protocol: r.Message.Protocol, Plan: r.Message.Plan, Phase: incident.Closed, Opened: r.Opened, Last: r.Order.At,
		Decisions: []incident.Decision{{
			ID: theDecision, Decision: r.Decision, Subject: incident.Subject{Kind: incident.SubjectAction, Ref: r.Action}, Message: r.Message,
			Prepared: &deed, Proposer: r.Proposer, Opened: r.Opened, Expires: r.Expires(), State: incident.Met, Settled: r.Order.At,
		}},
		Actions: []incident.Action{{
			ID: theAction, Action: r.Action, Decision: theDecision, Prepared: &deed, State: incident.Ordered, Ordered: r.Order.At,
			Send: &incident.Send{To: deed.To, Value: deed.Value, Data: deed.Data},
		}},
	}
}

// event reads a line about the action.
func event(l line) (incident.Event, error) {
	switch l.Kind {
	case incident.EventActionSigned{}.Kind():
		return into[incident.EventActionSigned](l)
	case incident.EventActionSent{}.Kind():
		return into[incident.EventActionSent](l)
	case incident.EventActionLanded{}.Kind():
		return into[incident.EventActionLanded](l)
	case incident.EventActionUnlanded{}.Kind():
		return into[incident.EventActionUnlanded](l)
	case incident.EventEffect{}.Kind():
		return into[incident.EventEffect](l)
	case incident.EventActionFailed{}.Kind():
		return into[incident.EventActionFailed](l)
	}
	return nil, fmt.Errorf("a record holds no line of kind %q", l.Kind)
}

func into[E incident.Event](l line) (incident.Event, error) {
	var e E
	err := json.Unmarshal(l.Data, &e)
	return e, err
}

// happen applies an event about the action.
func (f *File) happen(at time.Time, e incident.Event) {
	next := f.state.Next()
	next.Apply(incident.Happened{Event: e, At: at})
	f.state = next
	switch e := e.(type) {
	case incident.EventActionSigned:
		f.record.Sends = append(f.record.Sends, outside.Send{Hash: e.Tx.Hash, Raw: e.Tx.Raw, From: e.Tx.From, Nonce: e.Tx.Nonce, At: e.Tx.At, Void: e.Void})
	case incident.EventActionFailed:
		f.record.Ended = at
	case incident.EventEffect:
		if e.Holds {
			f.record.Ended = at
		}
	case incident.EventActionRetried, incident.EventActionUnlanded:
		f.record.Ended = time.Time{}
	}
	f.fold()
}

// fold brings the record up to what became of the action.
func (f *File) fold() {
	a := f.state.Action(theAction)
	f.record.State, f.record.Got, f.record.Block, f.record.Say = a.State, a.Got, a.Block, a.Say
	f.record.Landed = nil
	if l := a.Landed; l != nil {
		f.record.Landed = &outside.Landing{Tx: l.Tx, Block: l.Block, BlockHash: l.BlockHash, Status: l.Status, At: l.At}
	}
}
