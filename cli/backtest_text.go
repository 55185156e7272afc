package cli

import (
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"tocsin/backtest"
	"tocsin/plan"
)

// listed is how many findings of one detector are shown; --json has them all.
const listed = 8

// writeBacktest prints a report so that its first and last lines say what matters.
func writeBacktest(w io.Writer, p *plan.Plan, r *backtest.Report) {
	if r.Blocks == 0 {
		fmt.Fprintf(w, "%s on chain %d: no block was replayed\n\n%s\n", nameOf(p), r.Chain, verdict(r))
		return
	}
	fmt.Fprintf(w, "%s on chain %d, blocks %d to %d: %s to %s\n", nameOf(p), r.Chain, r.From, r.To, at(r.Begin), at(r.End))
	fmt.Fprintf(w, "%s replayed%s, %s\n", upper(several(r.Blocks, "block")), shareOf(r), belief(r))
	if a := r.Attack; a != nil {
		fmt.Fprintf(w, "The attack begins in block %d, %s%s\n", a.Block, at(a.At), suffix(" with ", txOf(a.Tx.Hex(), a.Tx.Big().Sign() != 0)))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "Note: %s\n", n)
	}
	for i := range r.Detectors {
		fmt.Fprintln(w)
		writeDetector(w, p, r, &r.Detectors[i])
	}
	if len(r.NotRun) > 0 {
		fmt.Fprintf(w, "\nNot replayed:\n")
		for _, n := range r.NotRun {
			fmt.Fprintf(w, "  %s (%s): %s\n", n.ID, n.Kind, n.Why)
		}
	}
	fmt.Fprintf(w, "\n%s\n", verdict(r))
}

func nameOf(p *plan.Plan) string {
	if p.Name != "" {
		return p.Name
	}
	return p.Protocol
}

func at(t time.Time) string { return t.Format("2006-01-02 15:04:05 UTC") }

func txOf(hash string, known bool) string {
	if !known {
		return ""
	}
	return hash
}

func suffix(lead, s string) string {
	if s == "" {
		return ""
	}
	return lead + s
}

func shareOf(r *backtest.Report) string {
	if r.Share >= 1 {
		return ""
	}
	return fmt.Sprintf(" (%s%% of that range)", strconv.FormatFloat(100*r.Share, 'g', 3, 64))
}

func belief(r *backtest.Report) string {
	switch {
	case r.Verified:
		return "all verified"
	case r.Unverifiable > 0:
		return fmt.Sprintf("%s unverifiable", grouped(r.Unverifiable))
	}
	return "taken as they are"
}

// writeDetector prints what one detector found.
func writeDetector(w io.Writer, p *plan.Plan, r *backtest.Report, d *backtest.DetectorReport) {
	fmt.Fprintf(w, "%s  %s (%s, %s)\n", d.ID, d.Name, d.Kind, d.Mode)
	say := func(format string, args ...any) { fmt.Fprintf(w, "  "+format+"\n", args...) }
	switch {
	case d.Caught != nil && d.Caught.Seconds < 0:
		say("Found the attack early: %s before it began.", distance(-d.Caught.Blocks, -d.Caught.Seconds))
	case d.Caught != nil && d.Caught.Blocks <= 0:
		say("Found the attack in its first block.")
	case d.Caught != nil:
		say("Found the attack %s after it began.", distance(d.Caught.Blocks, d.Caught.Seconds))
	case r.Attack != nil:
		say("Did not find the attack.")
	}
	if d.Warming {
		say("Its baseline never was full: it could not fire. Begin with earlier blocks.")
	}
	say("%s%s.", upper(several(d.Count, "finding")), alarms(r, d))
	unit := unitOf(p, d.ID)
	for i := range min(len(d.Findings), listed) {
		writeFinding(w, d, i, unit)
	}
	if n := d.Count - uint64(min(len(d.Findings), listed)); n > 0 {
		say("  … and %s more", grouped(n))
	}
	if s := d.Suggest; s != nil {
		say("%s", suggestion(s, unit, d.FalseAlarms))
	}
}

func writeFinding(w io.Writer, d *backtest.DetectorReport, i int, unit unit) {
	f := d.Findings[i]
	fmt.Fprintf(w, "    block %d  %s  %s", f.Block, at(f.At), f.Say)
	if f.Amount != "" {
		fmt.Fprintf(w, " (%s)", unit.amount(f.Amount))
	}
	fmt.Fprintln(w)
	if f.Tx.Big().Sign() != 0 {
		fmt.Fprintf(w, "      %s\n", f.Tx.Hex())
	}
}

// alarms says how often a detector fired in vain.
func alarms(r *backtest.Report, d *backtest.DetectorReport) string {
	switch {
	case d.Count == 0:
		return ""
	case r.Attack == nil:
		return fmt.Sprintf(", %s a day", rough(d.PerDay))
	case d.FalseAlarms == 0:
		return ", no false alarm before the attack"
	}
	return fmt.Sprintf(", %s before the attack, %s a day", several(d.FalseAlarms, "false alarm"), rough(d.PerDay))
}

// suggestion says what a quieter threshold would be.
func suggestion(s *backtest.Suggestion, u unit, alarms uint64) string {
	high, value, attack := s.Highest, s.Value, s.Attack
	outside := "outside the attack"
	if s.Field == "where" {
		high, value = u.amount(high), u.amount(value)
		if attack != "" {
			attack = u.amount(attack)
		}
	}
	if attack == "" && !s.Misses {
		outside = "seen"
	}
	text := fmt.Sprintf("Highest %s: %s", outside, high)
	if attack != "" {
		text += ", since the attack: " + attack
	}
	if s.Now != "" {
		text += fmt.Sprintf("; the plan's minimum is %s", s.Now)
	}
	switch {
	case s.Misses:
		return text + ". No threshold on it tells the attack apart well."
	case s.Field == "where" && alarms == 0:
		return text + "."
	case s.Field == "where":
		return text + fmt.Sprintf(". A condition of at least %s would have left what is usual alone.", value)
	}
	return text + fmt.Sprintf(". A minimum of %s would have left what is usual alone.", value)
}

// verdict is the last line.
func verdict(r *backtest.Report) string {
	switch {
	case r.Error != "":
		return "This is the report of what was replayed before it ended: " + r.Error
	case r.Attack == nil:
		total := uint64(0)
		for _, d := range r.Detectors {
			total += d.Count
		}
		return fmt.Sprintf("%s by %s.", upper(several(total, "finding")), count(len(r.Detectors), "detector"))
	}
	var first *backtest.DetectorReport
	found := 0
	for i := range r.Detectors {
		d := &r.Detectors[i]
		if d.Caught == nil {
			continue
		}
		found++
		if first == nil || d.Caught.Finding.Block < first.Caught.Finding.Block {
			first = d
		}
	}
	if first == nil {
		return fmt.Sprintf("The attack was not found by any of %s.", count(len(r.Detectors), "detector"))
	}
	return fmt.Sprintf("The attack was found by %d of %s; first by %s in block %d.", found, count(len(r.Detectors), "detector"), first.ID, first.Caught.Finding.Block)
}

func distance(blocks, seconds int64) string {
	return fmt.Sprintf("%s (%s)", several(uint64(max(blocks, 0)), "block"), span(time.Duration(seconds)*time.Second))
}

// span writes a length of time in its two greatest units.
func span(d time.Duration) string {
	days, hours, minutes, seconds := d/(24*time.Hour), d/time.Hour%24, d/time.Minute%60, d/time.Second%60
	switch {
	case days > 0:
		return fmt.Sprintf("%dd %dh", days, hours)
	case hours > 0:
		return fmt.Sprintf("%dh %dm", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%dm %ds", minutes, seconds)
	}
	return fmt.Sprintf("%ds", seconds)
}

// rough writes a rate with the digits that mean something.
func rough(x float64) string {
	if x >= 100 {
		return grouped(uint64(math.Round(x)))
	}
	return strconv.FormatFloat(x, 'g', 2, 64)
}

// several is count for numbers that may be large.
func several(n uint64, what string) string {
	if n < 2 {
		return count(int(n), what)
	}
	return grouped(n) + " " + what + "s"
}

// grouped writes a number with its thousands apart.
func grouped(n uint64) string { return thousands(strconv.FormatUint(n, 10)) }

func thousands(digits string) string {
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// unit is what amounts of an asset are counted in.
type unit struct {
	name     string
	decimals int
}

// unitOf is that of the asset that a detector looks at.
func unitOf(p *plan.Plan, detector string) unit {
	d, _ := p.Detector(detector)
	a, ok := p.Asset(d.Asset)
	if !ok || a.Unit == "" {
		return unit{}
	}
	return unit{a.Unit, int(a.Decimals)}
}

// amount writes whole numbers of the smallest unit as people do, cut after two decimals.
func (u unit) amount(s string) string {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok || u.name == "" || u.decimals < 0 || u.decimals > 77 {
		return s
	}
	sign := ""
	if n.Sign() < 0 {
		sign = "-"
	}
	whole, rest := new(big.Int).QuoRem(n.Abs(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(u.decimals)), nil), new(big.Int))
	text := sign + thousands(whole.String())
	if cents := fmt.Sprintf("%0*s", u.decimals, rest.String()); u.decimals >= 2 && strings.Trim(cents[:2], "0") != "" {
		text += "." + cents[:2]
	} else if whole.Sign() == 0 && rest.Sign() != 0 {
		return s + " of the smallest unit of " + u.name
	}
	return text + " " + u.name
}
