package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/mute"
	"tocsin/plan"
)

func (t *terminal) mute() *cobra.Command {
	var d desk
	var until, why string
	c := &cobra.Command{
		Use:   "mute DETECTOR",
		Short: "Keep a detector quiet until a time; where it takes two to dismiss what it finds, a second person has to agree",
		Long: `Mute tells a detector to be quiet: what it finds is recorded, opens no incident and calls nobody. When the mute ends, one finding
says what came meanwhile. A mute always ends: after four hours if no time is given, after seven days at most.

Where it takes two people to dismiss what the detector finds, the first only asks. A second person agrees within an hour, by
muting it too; it then lasts no longer than either of them said.`,
		Args: exactly("a detector"),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			p, err := planOf(c.Context(), k.Engine, d.protocol)
			if err != nil {
				return err
			}
			actor, err := d.actor(p, access.Mute)
			if err != nil {
				return err
			}
			end, err := endOf(p, until, k.Engine.Now())
			if err != nil {
				return err
			}
			m, err := k.Engine.Mute(c.Context(), engine.MuteOrder{Protocol: p.Protocol, Detector: args[0], Until: end, Why: why, Actor: actor})
			if err != nil {
				return err
			}
			return t.print(map[string]any{"mute": lineOf(p, m)}, func(w io.Writer) { d.writeMute(w, p, m) })
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().StringVar(&until, "until", "", `how long, such as 4h, or until when, such as "2026-12-24 03:00" by the clock of the plan's rota; 4h if not given`)
	c.Flags().StringVar(&why, "why", "", "the reason; not needed of who agrees")
	return c
}

func (t *terminal) unmute() *cobra.Command {
	var d desk
	c := &cobra.Command{
		Use: "unmute DETECTOR", Short: "End a detector's mute; one person may", Args: exactly("a detector"),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			p, err := planOf(c.Context(), k.Engine, d.protocol)
			if err != nil {
				return err
			}
			actor, err := d.actor(p, access.Mute)
			if err != nil {
				return err
			}
			if err := k.Engine.Unmute(c.Context(), p.Protocol, args[0], actor); err != nil {
				return err
			}
			return t.print(map[string]any{"unmuted": args[0]}, func(w io.Writer) {
				fmt.Fprintf(w, "%s is not muted any more.\n", mute.Name(p, args[0]))
			})
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	return c
}

func (t *terminal) mutes() *cobra.Command {
	var d desk
	c := &cobra.Command{
		Use: "mutes", Short: "List the detectors that are quiet, and those that wait for a second person to agree", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			p, err := planOf(c.Context(), k.Engine, d.protocol)
			if err != nil {
				return err
			}
			list, err := k.Engine.Mutes(c.Context(), p.Protocol)
			if err != nil {
				return err
			}
			lines := make([]muteLine, 0, len(list))
			for _, m := range list {
				lines = append(lines, lineOf(p, m))
			}
			return t.print(map[string]any{"mutes": lines}, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "No detector is muted.")
				}
				for _, m := range list {
					d.writeMute(w, p, m)
				}
			})
		},
	}
	d.flags(c, false)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	return c
}

// muteLine is a mute in what is printed as JSON.
type muteLine struct {
	mute.Mute
	Name string `json:"name"` // of the detector
}

func lineOf(p *plan.Plan, m mute.Mute) muteLine { return muteLine{m, mute.Name(p, m.Detector)} }

// writeMute says how a mute stands and what can be done about it.
func (d *desk) writeMute(w io.Writer, p *plan.Plan, m mute.Mute) {
	by := make([]string, len(m.By))
	for i, id := range m.By {
		by[i] = p.NameOf(id)
	}
	who, name := strings.Join(by, " and "), mute.Name(p, m.Detector)
	if m.State == mute.Asked {
		fmt.Fprintf(w, "%s rings as ever: %s wants it muted until %s, and a second person of the core team has to agree by %s. Reason: %s\n",
			name, who, moment(m.Until), moment(m.Lapses), m.Why)
		fmt.Fprintf(w, "    They agree with:    tocsin mute %s --data %s --as PERSON\n", m.Detector, d.data)
		return
	}
	fmt.Fprintf(w, "%s is muted until %s, by %s: what it finds is recorded and calls nobody. Reason: %s\n", name, moment(m.Until), who, m.Why)
	if m.Found > 0 {
		fmt.Fprintf(w, "    It has kept quiet about %s, the last of %s.\n", count(m.Found, "finding"), moment(m.Last))
	}
	fmt.Fprintf(w, "    Anybody ends it with:    tocsin unmute %s --data %s --as PERSON\n", m.Detector, d.data)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// endOf reads when a mute is to end: a length of time, or a time; zero if nothing is said.
func endOf(p *plan.Plan, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := plan.ParseDuration(text); err == nil {
		return now.Add(time.Duration(d)), nil
	}
	at, zone, err := momentOf(p, text, now)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "%q is neither a length of time nor a time.", text).
			Instead(`Write --until 4h, --until "2026-12-24 03:00" for the clock of %s, or --until 2026-12-24T03:00:00Z.`, zoneName(p, zone))
	}
	return at, nil
}

// zoneName is the clock by which times are read.
func zoneName(p *plan.Plan, zone *time.Location) *time.Location {
	if zone == nil {
		_, zone, _ = momentOf(p, "", time.Time{})
	}
	return zone
}
