package app

import (
	"context"
	"fmt"
	"time"

	"tocsin/execute"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/status"
)

// glanceAtStatus is how often a server looks whether a status file must be signed anew.
const glanceAtStatus = 5 * time.Second

// signStatuses keeps the status files of the protocols signed until ctx ends: one is signed anew once a third of its time is over, and at
// once where it does not say what it should, such as after a process died between the record and the file. Any node does it.
func (s *server) signStatuses(ctx context.Context) {
	if s.o.Signer == nil || s.o.exercise != nil || s.o.sealed {
		return
	}
	tick := time.NewTicker(glanceAtStatus)
	defer tick.Stop()
	said := map[string]string{}
	for {
		for _, x := range s.protocols {
			say := ""
			if err := s.signStatus(ctx, x.id); err != nil && ctx.Err() == nil {
				say = fault.Sentence(err)
			}
			if say != said[x.id] && say != "" {
				s.o.Logger.Warn("the status file is not signed anew", "protocol", x.id, "why", say)
			}
			said[x.id] = say
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// signStatus signs the status file of a protocol anew, if it is time.
func (s *server) signStatus(ctx context.Context, protocol string) error {
	p, err := s.desk.Engine.InForce(ctx, protocol)
	if err != nil {
		return err
	}
	a, ok := p.StatusFile()
	if !ok {
		return nil
	}
	state, err := s.desk.Engine.Status(ctx, protocol)
	if err != nil {
		return err
	}
	b, err := s.desk.Engine.StatusFile(ctx, protocol)
	if err != nil {
		return err
	}
	now := s.desk.Engine.Now()
	if f, err := status.Verify(b, status.Expected{Protocol: protocol, Signer: a.Sender, Newest: state.Now().Sequence}, now); err == nil &&
		f.Text.Equal(state.Now().Text) && now.Before(time.Unix(f.Issued, 0).Add(a.Status.For()/3)) {
		return nil
	}
	return s.desk.Engine.PublishStatus(ctx, protocol, s.o.Signer.Address(), execute.SignStatus(s.o.Signer))
}

// unsigned says why the status file of a plan is not signed here; empty if it is, or if there is none.
func (s *server) unsigned(p *plan.Plan) []string {
	a, ok := p.StatusFile()
	switch {
	case !ok, s.o.exercise != nil, s.o.sealed:
		return nil
	case s.o.Signer == nil:
		return []string{"The status file is not signed: no --keystore and no --signer was given. The app will not know whether all is normal."}
	case s.o.Signer.Address() != a.Sender:
		return []string{fmt.Sprintf("The status file is not signed: the plan has %s sign it, and the key of this server is that of %s.", a.Sender.Hex(), s.o.Signer.Address().Hex())}
	}
	return nil
}
