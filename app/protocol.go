package app

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

// PlanFolder is a plan that a server is started with.
type PlanFolder struct {
	Name  string // of the folder, for people; empty if there is only one
	Files fs.FS
}

// protocol is one protocol that a server looks after.
type protocol struct {
	id       string
	name     string          // what people call it
	standing engine.Standing // at the start
	first    outlook
	gauges   *gauges
}

// folder is a plan that was read, before it is compared with what is in force.
type folder struct {
	plan   *plan.Plan
	source *plan.Source
}

// read reads all plan folders. Two of one protocol are a mistake: one of them would count for nothing.
func read(list []PlanFolder) ([]folder, error) {
	if len(list) == 0 {
		return nil, fault.New(fault.Invalid, "No plan folder is named.").Instead("Give --plan DIR.")
	}
	var folders []folder
	from := map[string]string{}
	for _, f := range list {
		p, src, err := plan.Load(f.Files)
		if err != nil {
			if len(list) > 1 {
				return nil, fault.New(fault.CodeOf(err), "The plan folder %s: %s", f.Name, fault.Sentence(err)).Because(err)
			}
			return nil, err
		}
		if other, twice := from[p.Protocol]; twice {
			return nil, fault.New(fault.Invalid, "%s and %s are both plans of the protocol %q.", other, f.Name, p.Protocol).
				Instead("Name each protocol's plan once, and give two protocols two ids.")
		}
		from[p.Protocol] = f.Name
		folders = append(folders, folder{p, src})
	}
	return folders, nil
}

// enlist brings the plans of the folders into force where none is, and makes the protocols ready to be watched.
func (s *server) enlist(ctx context.Context, folders []folder) error {
	for _, f := range folders {
		standing, err := s.desk.Engine.Pin(ctx, f.plan, f.source.Files)
		if err != nil {
			return err
		}
		s.protocols = append(s.protocols, &protocol{id: f.plan.Protocol, standing: standing})
	}
	if err := s.desk.verifyAll(ctx); err != nil {
		return err
	}
	for _, x := range s.protocols {
		p, err := s.desk.Engine.InForce(ctx, x.id)
		if err != nil {
			return err
		}
		if err := s.desk.Engine.Reachable(ctx, x.id); err != nil {
			return err
		}
		x.name, x.first.plan = p.Name, p
		x.gauges = &gauges{plan: p, clients: s.clients, log: s.o.Logger}
	}
	return nil
}

// find is the protocol of an id that this server was started with; nil if it is none of them.
func (s *server) find(id string) *protocol {
	if i := slices.IndexFunc(s.protocols, func(x *protocol) bool { return x.id == id }); i >= 0 {
		return s.protocols[i]
	}
	return nil
}

// plans are the plans in force of the protocols, as they are watched by now.
func (s *server) plans() []*plan.Plan {
	list := make([]*plan.Plan, len(s.protocols))
	for i, x := range s.protocols {
		list[i] = x.gauges.inForce()
	}
	return list
}

// standings say how the folders that the server was started with compare to what is in force now.
func (s *server) standings(ctx context.Context) []engine.Standing {
	list := make([]engine.Standing, len(s.protocols))
	for i, x := range s.protocols {
		st, err := s.desk.Engine.Standing(ctx, x.id, x.standing.Folder)
		if err != nil {
			st = x.standing
		}
		list[i] = st
	}
	return list
}

// of puts the protocol's name before sentences about it, where there are several.
func (s *server) of(x *protocol, say []string) []string {
	if len(s.protocols) == 1 {
		return say
	}
	out := make([]string, len(say))
	for i, line := range say {
		out[i] = x.name + ": " + line
	}
	return out
}

// leftOut is a protocol that the database holds and no plan folder was named for.
type leftOut struct {
	plan *plan.Plan
	open int // incidents of it that go on
}

// leftOut lists the protocols that the database holds and that this server was not started with. What they owe goes on: clocks,
// pages and updates belong to the engine. Their chains nobody watches, unless another node does.
func (s *server) leftOut(ctx context.Context) ([]leftOut, error) {
	ids, err := s.desk.Engine.Protocols(ctx)
	if err != nil {
		return nil, err
	}
	var list []leftOut
	var open []incident.Summary
	for _, id := range ids {
		if s.find(id) != nil {
			continue
		}
		p, err := s.desk.Engine.InForce(ctx, id)
		if err != nil {
			return nil, err
		}
		if open == nil {
			if open, err = s.desk.Engine.List(ctx, true); err != nil {
				return nil, err
			}
		}
		x := leftOut{plan: p}
		for _, sum := range open {
			if sum.Protocol == id && !sum.Phase.Over() {
				x.open++
			}
		}
		list = append(list, x)
	}
	return list, nil
}

// missing says which protocols were left out, and what goes on all the same.
func (s *server) missing(ctx context.Context) (say []string, err error) {
	list, err := s.leftOut(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		line := fmt.Sprintf("%s (%s) is in this database, and no --plan names it: this server does not watch its chains.", x.plan.Name, x.plan.Protocol)
		switch x.open {
		case 0:
		case 1:
			line += " ONE INCIDENT OF IT IS OPEN; its clocks and pages go on."
		default:
			line += fmt.Sprintf(" %d INCIDENTS OF IT ARE OPEN; their clocks and pages go on.", x.open)
		}
		say = append(say, line+" Start with its plan folder too: --plan DIR.")
	}
	return say, nil
}

// unwatched reports protocols that were left out while incidents of them are open, and that no other node watches.
func (s *server) unwatched(ctx context.Context, seen func(context.Context, *plan.Plan) bool) error {
	list, err := s.leftOut(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, x := range list {
		if x.open > 0 && !seen(ctx, x.plan) {
			names = append(names, x.plan.Protocol)
		}
	}
	if len(names) > 0 {
		return &leftOutError{names}
	}
	return nil
}

// leftOutError names protocols whose open incidents nobody watches the chains for.
type leftOutError struct{ protocols []string }

func (e *leftOutError) Error() string {
	return "incidents are open of protocols that no plan folder was named for: " + strings.Join(e.protocols, ", ")
}
