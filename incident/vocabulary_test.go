package incident_test

import (
	"strconv"
	"strings"

	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
)

// said is the rest of a command's line: options and words.
type said struct {
	options map[string]string
	words   []string
}

func parse(rest string) said {
	w := said{options: map[string]string{}}
	fields := strings.Fields(rest)
	for len(fields) > 0 {
		name, value, ok := strings.Cut(fields[0], "=")
		if !ok {
			break
		}
		w.options[name] = value
		fields = fields[1:]
	}
	w.words = fields
	return w
}

func (w *said) take(name, otherwise string) string {
	if v, ok := w.options[name]; ok {
		return v
	}
	return otherwise
}

func (w *said) number(name string) uint64 {
	n, _ := strconv.ParseUint(w.take(name, "0"), 10, 64)
	return n
}

func (w *said) list(name string) []string {
	if v := w.take(name, ""); v != "" {
		return strings.Split(v, ",")
	}
	return nil
}

func (w *said) word() string {
	if len(w.words) == 0 {
		return ""
	}
	first := w.words[0]
	w.words = w.words[1:]
	return first
}

func (w *said) text() string { return strings.Join(w.words, " ") }

// op reads the command of a line.
func (s *story) op(actor, verb string, w *said) incident.Op {
	s.t.Helper()
	switch verb {
	case "open":
		return incident.OpOpen{ID: s.id, Protocol: s.plan.Protocol, Plan: s.plan.Hash(), Exercise: s.exercise(w), Issue: w.take("issue", ""), Title: w.take("title", ""), Text: w.text()}
	case "clock":
		return s.clock(w)
	case "tick":
		return incident.OpTick{}
	case "find":
		ready := s.ready(w)
		fs := []incident.Finding{s.finding(w)}
		if s.state.ID == "" {
			return incident.OpOpen{ID: s.id, Protocol: s.plan.Protocol, Plan: s.plan.Hash(), Exercise: s.exercise(w), Findings: fs, Ready: ready}
		}
		return incident.OpFind{Findings: fs, Ready: ready}
	case "retract":
		return incident.OpRetract{IDs: []string{w.word()}, Why: w.text()}
	case incident.Coming, incident.ComingNoSign, incident.Cannot, "perhaps":
		return incident.OpAnswer{Answer: verb, Note: w.text()}
	case "take":
		role := w.word()
		if len(w.words) > 0 {
			actor = w.word()
		}
		return incident.OpTakeRole{Role: role, Person: actor}
	case "real":
		op := incident.OpValidate{Issue: w.take("issue", ""), Note: w.text()}
		if w.take("criteria", "") != "" {
			op.Criteria, op.Note = []string{w.text()}, ""
		}
		return op
	case "dismiss":
		return incident.OpDismiss{Why: w.text()}
	case "severity":
		return incident.OpSeverity{To: w.word(), Why: w.text()}
	case "begin":
		return incident.OpBeginStep{Step: w.word(), From: w.take("from", "")}
	case incident.Done, incident.Skipped, incident.Failed:
		return incident.OpEndStep{Step: w.word(), State: verb, Answer: spaced(w.take("answer", "")), Note: w.text()}
	case "propose":
		return incident.OpPropose{Decision: w.take("decision", ""), Subject: incident.Subject{Kind: w.word(), Ref: w.word(), Step: w.take("step", "")}}
	case "sign":
		return s.approval(actor, w)
	case "outcome":
		return incident.OpOutcome{Delivery: s.state.ID + "/" + w.word(), Outcome: w.word(), Say: w.text()}
	case "post":
		return incident.OpPost{Update: w.word(), ByHand: w.list("by-hand"), Lost: w.list("lost"), Link: w.take("link", ""), Text: w.text()}
	case "contain":
		return incident.OpContain{Note: w.text()}
	case "resolve":
		return s.resolve(w)
	case "close":
		return s.close(w)
	case "reopen":
		return incident.OpReopen{Why: w.text()}
	case "look":
		return incident.OpHere{}
	case "note":
		return incident.OpNote{Text: w.text()}
	case "redact":
		return incident.OpRedact{
			Texts: int(w.number("texts")), Some: spaced(w.take("some", "")), Rule: w.take("rule", ""), Files: w.list("files"), Why: w.text(),
		}
	}
	if verb == "adopt" {
		return incident.OpAdopt{Plan: s.newer(w.word())}
	}
	if op := s.change(verb, w); op != nil {
		return op
	}
	return s.further(verb, w)
}

// further reads a command about what is owed or about a step.
func (s *story) further(verb string, w *said) incident.Op {
	s.t.Helper()
	switch verb {
	case "waive":
		return incident.OpWaive{Communication: w.word(), Why: w.text()}
	case "reinstate":
		return incident.OpReinstate{Communication: w.word(), Why: w.text()}
	case "pin":
		return incident.OpPin{Name: spaced(w.take("name", "")), Link: w.word()}
	case "answer":
		return incident.OpAnswerStep{Step: w.word(), Answer: spaced(w.take("answer", "")), Why: w.text()}
	case "undo":
		return incident.OpUndoStep{Step: w.word(), Why: w.text()}
	case "add":
		return incident.OpAddStep{After: w.take("after", ""), Owner: w.take("owner", ""), How: spaced(w.take("how", "")), Name: w.text()}
	case "attach":
		if size := w.number("file"); size > 0 {
			f := &journal.File{Media: w.take("media", ""), Size: int64(size), SHA256: w.take("sha256", strings.Repeat("ab", 32))}
			return incident.OpAttach{Step: w.take("step", ""), File: f, Note: spaced(w.take("note", "")), What: w.text()}
		}
		return incident.OpAttach{Step: w.take("step", ""), Form: w.take("form", ""), Chain: w.number("chain"), Note: spaced(w.take("note", "")), What: w.text()}
	}
	return s.report(verb, w)
}

// spaced is an option's value of several words, which stand there joined by underscores.
func spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

// report reads a command of the executor.
func (s *story) report(verb string, w *said) incident.Op {
	s.t.Helper()
	id := w.word()
	switch verb {
	case "signed":
		return incident.OpSigned{Action: id, Tx: incident.Transaction{
			Hash: hash(w.number("tx")), Raw: []byte{1}, From: evm.Address{1}, Nonce: w.number("nonce"), At: s.now,
		}, Void: w.take("void", ""), Known: int(w.number("known"))}
	case "sent":
		return incident.OpSent{Action: id, Tx: hash(w.number("tx"))}
	case "landed":
		status := uint64(1)
		if w.take("status", "") == "0" {
			status = 0
		}
		return incident.OpLanded{Action: id, Landing: incident.Landing{
			Tx: hash(w.number("tx")), Block: w.number("block"), BlockHash: hash(1000 + w.number("block")), Status: status, At: s.now,
		}}
	case "unlanded":
		return incident.OpUnlanded{Action: id, Why: w.text()}
	case "effect":
		got := w.take("got", "")
		return incident.OpEffect{Action: id, Got: got, Holds: w.take("holds", "no") == "yes", Block: w.number("block"), Before: w.take("before", "") != ""}
	case "gave-up":
		known := 0
		if a := s.state.Action(id); a != nil {
			known = len(a.Sends)
		}
		if n := w.take("known", ""); n != "" {
			known = int(n[0] - '0')
		}
		return incident.OpFailed{Action: id, Why: w.text(), Known: known}
	case "waits":
		return incident.OpWaits{Action: id, Why: w.text()}
	case "filled":
		return incident.OpFilled{Action: id, Tx: incident.Transaction{Hash: hash(w.number("tx")), Raw: []byte{2}, From: evm.Address{1}, Nonce: w.number("nonce"), At: s.now}}
	case "retry":
		return incident.OpRetry{Action: id}
	}
	if op := s.safe(verb, id, w); op != nil {
		return op
	}
	s.t.Fatalf("nobody can %q", verb)
	return nil
}

func (s *story) finding(w *said) incident.Finding {
	f := incident.Finding{
		Detector: w.take("by", "drain"), Mode: w.take("mode", "page"), Asset: "vault", Chain: 31337, Block: w.number("block"),
		At: s.now, Amount: w.take("amount", ""), ID: w.word(),
	}
	f.BlockHash, f.Issues = hash(f.Block), s.plan.IssuesOf(f.Detector)
	f.Say = w.text()
	if f.Say == "" {
		f.Say = "Money leaves the vault."
	}
	return f
}
