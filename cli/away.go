package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/fault"
)

// awayLine is somebody who is away from their key, as it is printed.
type awayLine struct {
	Person string    `json:"person"`
	Name   string    `json:"name"`
	Until  time.Time `json:"until"`
}

func (t *terminal) away() *cobra.Command {
	var d desk
	var back bool
	c := &cobra.Command{
		Use:   "away [UNTIL]",
		Short: "Say that you are away from your signing key until a time, or see who is",
		Long: `Away tells the team that you cannot sign: UNTIL is a length of time, such as 8h, or a time, such as "2026-12-24 03:00" by the clock
of the plan's rota. What cannot be decided meanwhile then shows as a gap, before it is needed. --back says that you are back. Without
UNTIL it lists who is away.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if back && len(args) > 0 {
				return fault.New(fault.Invalid, "Nobody is back and away at once.").Instead("Give UNTIL or --back.")
			}
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			p, err := planOf(c.Context(), k.Engine, d.protocol)
			if err != nil {
				return err
			}
			if back || len(args) > 0 {
				var until time.Time
				if !back {
					if until, err = endOf(p, args[0], k.Engine.Now()); err != nil {
						return err
					}
					if until.IsZero() {
						return fault.New(fault.Invalid, "The time is missing.").Instead("Write tocsin away 8h.")
					}
				}
				actor, err := d.actor(p, access.Answer)
				if err != nil {
					return err
				}
				if err := k.Engine.Away(c.Context(), p.Protocol, until, actor); err != nil {
					return err
				}
			}
			s, err := k.Engine.Upkeep(c.Context(), p.Protocol)
			if err != nil {
				return err
			}
			away := s.Away(k.Engine.Now())
			lines := []awayLine{}
			for _, id := range slices.Sorted(maps.Keys(away)) {
				lines = append(lines, awayLine{Person: id, Name: p.NameOf(id), Until: away[id]})
			}
			return t.print(map[string]any{"away": lines}, func(w io.Writer) {
				if len(lines) == 0 {
					fmt.Fprintln(w, "Nobody is away from their key.")
				}
				for _, l := range lines {
					fmt.Fprintf(w, "%s is away from their key until %s.\n", l.Name, l.Until.Format("2 January 15:04 UTC"))
				}
			})
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().BoolVar(&back, "back", false, "say that you are back")
	return c
}
