package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tocsin/act"
	"tocsin/action/safe"
	"tocsin/fault"
	"tocsin/outside"
	"tocsin/plan"
)

// encoded is something as indented JSON.
func encoded(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

// stood is how a request stands, as JSON. Signatures are not part of it: those of a Safe's owners are kept until they are executed.
type stood struct {
	Request  string           `json:"request"`
	Action   string           `json:"action"`
	Decision string           `json:"decision"`
	Expires  time.Time        `json:"expires"`
	Answers  []stoodAnswer    `json:"answers"`
	Refused  []string         `json:"refused"` // what was handed in and does not count
	Status   outside.Status   `json:"status"`
	State    string           `json:"state"` // of the action; empty until it is ordered
	Sends    []stoodSend      `json:"transactions"`
	Landed   *outside.Landing `json:"landed,omitempty"`
	Effect   string           `json:"effect,omitempty"`
	Say      string           `json:"say"`
	file     string
	plan     string
}

type stoodAnswer struct {
	Person string    `json:"person,omitempty"`
	Signer string    `json:"signer"`
	Choice string    `json:"choice"`
	Form   string    `json:"form"`
	At     time.Time `json:"at"`
}

type stoodSend struct {
	Hash  string `json:"hash"`
	From  string `json:"from"`
	Nonce uint64 `json:"nonce"`
}

// openRecord opens the record of a request, proved by the plan folder and by what this machine trusts.
func (t *terminal) openRecord(c *cobra.Command, f *actFlags, path string) (*act.File, *plan.Plan, error) {
	p, err := t.actPlan(f)
	if err != nil {
		return nil, nil, err
	}
	r, err := act.ReadRequest(path)
	if err != nil {
		return nil, nil, err
	}
	if _, err := t.vouchRequest(c.Context(), f, p, r); err != nil {
		return nil, nil, err
	}
	file, err := act.Open(path, p)
	return file, p, err
}

func (t *terminal) actMerge() *cobra.Command {
	var f actFlags
	c := &cobra.Command{
		Use: "merge REQUEST FILE… --plan DIR", Short: "Take signature files in, and say who is still wanted",
		Long: `Merge proves each answer and writes it into the record beside the request. It takes files that tocsin act sign wrote, what
tocsin sign --json printed, and what the Safe transaction service says of the transaction. Whatever does not count is named, with why.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) < 2 {
				return fault.New(fault.Invalid, "Merge takes a request and signature files.").Instead("Write: %s", c.UseLine())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			file, p, err := t.openRecord(c, &f, args[0])
			if err != nil {
				return err
			}
			defer file.Close()
			var refused []string
			for _, path := range args[1:] {
				refused = append(refused, merge(file, p, path)...)
			}
			s, err := stand(file, p, nil, safe.Said{}, args[0], f.plan)
			if err != nil {
				return err
			}
			s.Refused = append(s.Refused, refused...)
			if err := t.showStand(s, p); err != nil {
				return err
			}
			if len(refused) > 0 {
				return told(exitNo)
			}
			return nil
		},
	}
	f.flags(c, false)
	return c
}

// merge takes one file in and says what in it does not count. An answer that is there already is none of that.
func merge(file *act.File, p *plan.Plan, path string) (refused []string) {
	list, notes, err := act.ReadAnswers(path, p, file.Record().Request)
	if err != nil {
		return []string{fault.Sentence(err)}
	}
	for _, n := range notes {
		refused = append(refused, path+": "+n)
	}
	for _, a := range list {
		if _, err := file.Answer(a, time.Now()); err != nil && (!fault.Is(err, fault.Conflict) || file.Record().State != "") {
			refused = append(refused, path+": "+fault.Sentence(err))
		}
	}
	return refused
}

func (t *terminal) actShow() *cobra.Command {
	var f actFlags
	c := &cobra.Command{
		Use: "show REQUEST --plan DIR", Short: "Show how a request stands: who has signed, who is wanted, what was sent", Args: exactly("a request"),
		Long: `Show says how a request stands by the record beside it. With an endpoint the Safe is read anew, and so are the approvals that its owners gave
on the chain.`,
		RunE: func(c *cobra.Command, args []string) error {
			file, p, err := t.openRecord(c, &f, args[0])
			if err != nil {
				return err
			}
			defer file.Close()
			var facts *safe.Facts
			var said safe.Said
			if r := file.Record().Request; len(f.endpoints) > 0 && r.Facts != nil {
				client, err := t.connect(c.Context(), &f, r.Message.Chain)
				if err != nil {
					return err
				}
				defer client.Close()
				if facts, said, err = act.Reread(c.Context(), client, p, r); err != nil {
					return err
				}
			}
			s, err := stand(file, p, facts, said, args[0], f.plan)
			if err != nil {
				return err
			}
			return t.showStand(s, p)
		},
	}
	f.flags(c, true)
	return c
}

// stand is how a record stands.
func stand(file *act.File, p *plan.Plan, facts *safe.Facts, said safe.Said, path, folder string) (stood, error) {
	r, now := file.Record(), time.Now()
	if o := r.Order; o != nil {
		now = o.At // what sufficed then has been used
		if facts == nil {
			facts, said = o.Facts, o.Said
		}
	}
	st, err := r.Stand(p, facts, said, now)
	s := stood{
		Request: r.ID, Action: r.Action, Decision: r.Decision, Expires: r.Expires(), Answers: []stoodAnswer{}, Refused: []string{}, Status: st,
		State: r.State, Sends: []stoodSend{}, Landed: r.Landed, Effect: r.Got, Say: st.Whole, file: path, plan: folder,
	}
	for _, a := range r.Answers {
		s.Answers = append(s.Answers, stoodAnswer{a.Person, a.Signer.Hex(), a.Choice, a.Form, a.At})
	}
	for _, x := range r.Sends {
		s.Sends = append(s.Sends, stoodSend{x.Hash.Hex(), x.From.Hex(), x.Nonce})
	}
	switch {
	case r.State != "":
		s.Say = r.Outcome()
	case !now.Before(r.Expires()):
		s.Say = "It can no longer be signed or sent. Prepare it again."
	}
	return s, err
}

func (t *terminal) showStand(s stood, p *plan.Plan) error {
	return t.print(s, func(w io.Writer) {
		for _, a := range s.Answers {
			name := a.Signer + ", an owner whom the plan does not know"
			if a.Person != "" {
				name = p.NameOf(a.Person)
			}
			what := "the message"
			if a.Form == outside.BySafe {
				what = "the Safe transaction"
			}
			fmt.Fprintf(w, "%s: %s, by signing %s\n", name, a.Choice, what)
		}
		for _, r := range s.Refused {
			fmt.Fprintf(w, "DOES NOT COUNT: %s\n", r)
		}
		for _, x := range s.Sends {
			fmt.Fprintf(w, "transaction %s, nonce %d of %s\n", x.Hash, x.Nonce, x.From)
		}
		fmt.Fprintln(w, s.Say)
		if s.Status.Ready && s.State == "" {
			fmt.Fprintf(w, "Send it: tocsin act send %s --plan %s --endpoint CHAINID=URL --keystore EXECUTOR\n", s.file, s.plan)
		}
	})
}
