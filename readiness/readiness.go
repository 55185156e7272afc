// Package readiness owns live gaps: what is wanting not on paper, which check says, but in the world as it is now.
package readiness

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/check"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Gap is something that is wanting now.
type Gap struct {
	Code   string      `json:"code"` // stable, kebab-case
	Level  check.Level `json:"level"`
	Say    string      `json:"message"` // what is wanting
	Why    string      `json:"why"`     // what it would cost
	Mend   string      `json:"mend"`    // what to do
	People []string    `json:"people,omitempty"`

	// Of what was seen on a chain.
	Of        string   `json:"of,omitzero"` // asset or action of the plan
	Evidence  []string `json:"evidence,omitempty"`
	Chain     uint64   `json:"chain,omitzero"`
	Block     uint64   `json:"block,omitzero"` // at which it was so
	BlockHash evm.Hash `json:"block_hash,omitzero"`
}

// The codes.
const (
	NotRead    = "plan-not-read"            // somebody of the core team has not said that they have read the plan in force
	Differs    = "plan-differs-from-folder" // the server's folder holds another plan than the one in force
	Waiting    = "adoption-waiting"         // a newer plan waits for signatures
	Unkept     = "promises-not-kept"        // the engine found that something it promised is not done, or could not look
	Irreplaced = "plan-cannot-be-replaced"  // nobody can bring a newer plan into force
)

// World is what is looked at.
type World struct {
	Engine   *engine.Engine
	Protocol string
	Folder   evm.Hash // hash of the plan in the folder that the server was started with; zero if there is none to compare with
	Now      time.Time
	Live     *Report // what was last seen of the chains; nil: they were not looked at
}

// Look lists the gaps, errors first, then warnings and notes. Errors are those of the engine: no plan is in force, or its record
// does not hold.
func Look(ctx context.Context, w World) ([]Gap, error) {
	h, err := w.Engine.History(ctx, w.Protocol)
	if err != nil {
		return nil, err
	}
	gaps := append(unkept(w.Engine), differs(h, w.Folder)...)
	gaps = append(gaps, unread(h)...)
	gaps = append(gaps, irreplaceable(h, w.Now)...)
	gaps = append(gaps, waiting(h, w.Now)...)
	quiet, err := muted(ctx, w, h)
	if err != nil {
		return nil, err
	}
	gaps = append(gaps, quiet...)
	alone, err := byItself(ctx, w, h)
	if err != nil {
		return nil, err
	}
	gaps = append(gaps, alone...)
	practised, err := practice(ctx, w, h)
	if err != nil {
		return nil, err
	}
	gaps = append(gaps, practised...)
	away, err := w.Engine.Upkeep(ctx, w.Protocol)
	if err != nil {
		return nil, err
	}
	gaps = append(gaps, absences(Live{Plan: h.Plan(), Away: away.Away(w.Now), Now: w.Now})...)
	gaps = append(gaps, untried(h.Plan(), away, w.Now)...)
	if w.Live != nil {
		gaps = append(gaps, w.Live.besidesAbsences()...)
	}
	return ranked(gaps), nil
}

func differs(h *engine.History, folder evm.Hash) []Gap {
	if folder == (evm.Hash{}) || folder == h.InForce().Hash {
		return nil
	}
	return []Gap{{
		Code: Differs, Level: check.Warning,
		Say:  "The folder holds another plan than the one in force.",
		Why:  "Who reads the folder in an emergency reads something else than what is carried out.",
		Mend: "Adopt what the folder holds with tocsin adopt, or put back what is in force.",
	}}
}

// Unread lists who of the core team has not said that they have read the plan in force.
func Unread(h *engine.History) []string {
	var ids []string
	for _, r := range h.Plan().CoreTeam {
		if !r.Body && !h.HasRead(h.InForce().Hash, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func unread(h *engine.History) []Gap {
	ids := Unread(h)
	if len(ids) == 0 {
		return nil
	}
	say := fmt.Sprintf("%d of the core team have not said that they have read the plan in force: %s.", len(ids), Names(h.Plan(), ids))
	if len(ids) == 1 {
		say = fmt.Sprintf("%s has not said that they have read the plan in force.", Names(h.Plan(), ids))
	}
	return []Gap{{
		Code: NotRead, Level: check.Warning, Say: say, People: ids,
		Why:  "In an emergency they would go by what they remember of an older plan, or by nothing.",
		Mend: "Ask them to read the plan in the console and to say so there, or with tocsin plan read.",
	}}
}

func irreplaceable(h *engine.History, now time.Time) []Gap {
	err := decision.Adoptable(h.Plan(), now)
	if err == nil {
		return nil
	}
	return []Gap{{
		Code: Irreplaced, Level: check.Warning, Say: fault.Sentence(err),
		Why:  "When people or contracts change, the plan could not follow.",
		Mend: "Give the plan a decision with adopts: true that enough people with keys can meet.",
	}}
}

func waiting(h *engine.History, now time.Time) []Gap {
	var gaps []Gap
	for _, x := range h.Open(now) {
		st := x.Adoption.Status(h.Plan(), now)
		gaps = append(gaps, Gap{
			Code: Waiting, Level: check.Note, People: st.Wanted,
			Say:  fmt.Sprintf("%s of the plan waits to be adopted. %s", Version(x.Version, x.Hash), st.Say),
			Why:  "Until then the older plan is carried out.",
			Mend: fmt.Sprintf("Read what changes and sign it until %s: tocsin sign --adoption %s.", x.Adoption.Expires().Format("2 January 15:04 UTC"), x.Hash.Hex()),
		})
	}
	return gaps
}

// Version is what people call a version of a plan.
func Version(version string, hash evm.Hash) string {
	if version == "" {
		return "A newer version, " + hash.Hex()[:10] + "…,"
	}
	return "Version " + version
}

// Names writes the names of persons as a sentence does.
func Names(p *plan.Plan, ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, p.NameOf(id))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
