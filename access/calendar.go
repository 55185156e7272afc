package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/store"
)

// A calendar's address is a secret that shows one person's exercises to whatever program fetches it. Two rows hold it: one under the hash
// of the secret says whose it is; one under the person says which counts, so that there is one at a time and it can be withdrawn.
const (
	calendarRow   = "calendar:"
	calendarOfRow = "calendar-of:"
)

// calendarLife is how long a calendar's address works.
const calendarLife = 2 * 365 * 24 * time.Hour

// Calendar is the address of somebody's calendar, without its secret.
type Calendar struct {
	Identity
	Made    time.Time
	Expires time.Time
}

// MakeCalendar makes the address of a person's calendar and returns its secret. The one before it is withdrawn.
func (a *Access) MakeCalendar(ctx context.Context, who Identity) (secret string, err error) {
	if who.Protocol == "" || who.Person == "" {
		return "", fault.New(fault.Invalid, "A calendar is for a person of a protocol's plan.")
	}
	if secret, err = a.secret(); err != nil {
		return "", err
	}
	now := a.clock()
	made := now.Format(time.RFC3339Nano)
	// No id holds a line end, so that one parts them here.
	whose := strings.Join([]string{who.Protocol, who.Person, made}, "\n")
	if err := a.store.PutSession(ctx, calendarRow+hash(secret), []byte(whose), now.Add(calendarLife)); err != nil {
		return "", fmt.Errorf("keep the calendar of %s: %w", who.Person, err)
	}
	if err := a.store.PutSession(ctx, calendarOf(who), []byte(hash(secret)+"\n"+made), now.Add(calendarLife)); err != nil {
		return "", fmt.Errorf("keep the calendar of %s: %w", who.Person, err)
	}
	return secret, nil
}

func calendarOf(who Identity) string { return calendarOfRow + who.Protocol + "/" + who.Person }

// Calendar says whose calendar an address shows: a fault of code not_found if it is none, or none any more.
func (a *Access) Calendar(ctx context.Context, secret string) (Calendar, error) {
	none := fault.New(fault.NotFound, "There is no such calendar, or it was withdrawn.").Instead("Make a new address on the calendar's page in the console.")
	row, err := a.row(ctx, calendarRow+hash(secret))
	if err != nil {
		return Calendar{}, err
	}
	whose := strings.Split(row, "\n")
	if len(whose) != 3 {
		return Calendar{}, none
	}
	c, counts, err := a.CalendarOf(ctx, Identity{Protocol: whose[0], Person: whose[1]})
	switch {
	case err != nil:
		return Calendar{}, err
	case counts != hash(secret):
		return Calendar{}, none
	}
	switch revoked, err := a.revoked(ctx, c.Identity, c.Made); {
	case err != nil:
		return Calendar{}, err
	case revoked:
		return Calendar{}, none
	}
	return c, nil
}

// CalendarOf is the calendar that a person has made, with the hash of its secret; an empty hash if they have none.
func (a *Access) CalendarOf(ctx context.Context, who Identity) (c Calendar, secretHash string, err error) {
	row, err := a.row(ctx, calendarOf(who))
	if err != nil || row == "" {
		return Calendar{}, "", err
	}
	secretHash, at, _ := strings.Cut(row, "\n")
	made, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return Calendar{}, "", fmt.Errorf("read when the calendar of %s was made: %w", who.Person, err)
	}
	revoked, err := a.revoked(ctx, who, made)
	if err != nil || revoked {
		return Calendar{}, "", err
	}
	return Calendar{Identity: who, Made: made, Expires: made.Add(calendarLife)}, secretHash, nil
}

// WithdrawCalendar lets the address of a person's calendar show nothing any more; no error if they have none.
func (a *Access) WithdrawCalendar(ctx context.Context, who Identity) error {
	_, secretHash, err := a.CalendarOf(ctx, who)
	if err != nil {
		return err
	}
	if err := a.store.DeleteSession(ctx, calendarOf(who)); err != nil {
		return fmt.Errorf("withdraw the calendar of %s: %w", who.Person, err)
	}
	if secretHash == "" {
		return nil
	}
	return a.store.DeleteSession(ctx, calendarRow+secretHash)
}

// row is a row of the store that lasts until a time, as text; empty if there is none, or none any more.
func (a *Access) row(ctx context.Context, key string) (string, error) {
	b, err := a.store.Session(ctx, key, a.clock())
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("load a calendar's address: %w", err)
	}
	return string(b), nil
}
