package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"tocsin/fault"
)

// MinSecret is the shortest secret that proves anything, in bytes.
const MinSecret = 16

// Skew is how far the clock of a sender that signs the time may differ from ours.
const Skew = 5 * time.Minute

// The headers that prove where a message comes from.
const (
	ownSignature    = "X-Tocsin-Signature"
	ownTimestamp    = "X-Tocsin-Timestamp"
	hubSignature    = "X-Hub-Signature-256"
	grafanaSigned   = "X-Grafana-Alerting-Signature"
	grafanaTime     = "X-Grafana-Alerting-Timestamp"
	grafanaTimeLong = "X-Grafana-Alerting-Signature-Timestamp"
	authorization   = "Authorization"
)

// Authentic proves that whoever sent the body holds the secret: by the strongest of the proofs that the request carries, so
// that a wrong one is never made up for by a weaker one. It takes the same time wherever a proof differs. Its errors are faults
// of code unauthenticated, or unavailable if the secret is too short to prove anything.
func (h *Hook) Authentic(header Header, body []byte, secret string, now time.Time) error {
	if len(secret) < MinSecret {
		return fault.New(fault.Unavailable, "The secret of this webhook is shorter than %d characters, so that it proves nothing.", MinSecret).
			Instead("Put a long random one into %s.", h.detector.Secret)
	}
	switch {
	case header.has(ownSignature):
		stamp := header.get(ownTimestamp)
		if stamp == "" {
			return fault.New(fault.Unauthenticated, "The signature does not cover a time.").Instead("Send %s, and sign it with the body.", ownTimestamp)
		}
		if err := current(stamp, now); err != nil {
			return err
		}
		return proves(strings.TrimPrefix(header.get(ownSignature), "sha256="), secret, []byte(stamp), []byte("."), body)
	case header.has(hubSignature):
		return proves(strings.TrimPrefix(header.get(hubSignature), "sha256="), secret, body)
	case header.has(grafanaSigned):
		stamp := header.get(grafanaTime)
		if stamp == "" {
			stamp = header.get(grafanaTimeLong)
		}
		if stamp == "" {
			return proves(header.get(grafanaSigned), secret, body)
		}
		if err := current(stamp, now); err != nil {
			return err
		}
		return proves(header.get(grafanaSigned), secret, []byte(stamp), []byte(":"), body)
	}
	scheme, token, _ := strings.Cut(header.get(authorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return fault.New(fault.Unauthenticated, "The message does not prove where it comes from.").
			Instead("Sign it, or send the secret in the header Authorization: Bearer. A secret in the address does not count.")
	}
	given, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		return fault.New(fault.Unauthenticated, "The bearer token is not the secret of this webhook.")
	}
	return nil
}

// proves checks a signature in hexadecimal over parts.
func proves(signature, secret string, parts ...[]byte) error {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, p := range parts {
		mac.Write(p)
	}
	got, err := hex.DecodeString(strings.TrimSpace(signature))
	if err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return fault.New(fault.Unauthenticated, "The signature is not that of this message under this webhook's secret.").
			Instead("Sign the body exactly as it is sent, with the same secret.")
	}
	return nil
}

// current checks that a Unix time in seconds is about now.
func current(stamp string, now time.Time) error {
	n, err := strconv.ParseInt(strings.TrimSpace(stamp), 10, 64)
	if err != nil {
		return fault.New(fault.Unauthenticated, "The time of the signature cannot be read.").Instead("Write seconds since 1970, such as %d.", now.Unix())
	}
	if off := now.Unix() - n; n < 0 || off > int64(Skew/time.Second) || off < -int64(Skew/time.Second) {
		return fault.New(fault.Unauthenticated, "The message was signed more than %d minutes before or after the time here, %s.", int(Skew/time.Minute), clock(now)).
			Instead("Set the sender's clock, and sign each message as it is sent.")
	}
	return nil
}

// clock writes a time for a sentence.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// has reports whether a header is there, if only empty.
func (h Header) has(name string) bool {
	for n, values := range h {
		if strings.EqualFold(n, name) && len(values) > 0 {
			return true
		}
	}
	return false
}

// get is the first value of a header; empty if there is none.
func (h Header) get(name string) string {
	for n, values := range h {
		if strings.EqualFold(n, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}
