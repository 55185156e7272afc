package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// A ticket is what a public form carries: when it was shown, sealed by this server, so that a program cannot fill it in without
// having asked for it, and not faster than a person.
const (
	ticketSoonest = 3 * time.Second
	ticketLatest  = 12 * time.Hour
)

// ticket makes one for a form.
func (c *Console) ticket(form string) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(c.now().Unix()))
	b = append(b, make([]byte, 8)...)
	_, _ = rand.Read(b[8:]) // it ends the process rather than fail
	return base64.RawURLEncoding.EncodeToString(c.seal(form, b))
}

// seal puts behind the bytes what only this process can make of them.
func (c *Console) seal(form string, b []byte) []byte {
	mac := hmac.New(sha256.New, c.key[:])
	mac.Write([]byte("ticket " + form + "\x00"))
	mac.Write(b)
	return append(b[:len(b):len(b)], mac.Sum(nil)[:16]...)
}

// issued is when a ticket was made for a form; false if this process did not make it.
func (c *Console) issued(form, ticket string) (time.Time, bool) {
	b, err := base64.RawURLEncoding.DecodeString(ticket)
	if err != nil || len(b) != 32 || !hmac.Equal(c.seal(form, b[:16]), b) {
		return time.Time{}, false
	}
	return time.Unix(int64(binary.BigEndian.Uint64(b)), 0).UTC(), true
}
