package journal

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// rollDomain keeps the root of a roll apart from every other use of SHA-256.
const rollDomain = "tocsin roll 1\n"

// Roll lists where every stream of a database ended at one moment. Its root can be published: whoever has the roll can then show
// that no stream was rewritten since.
type Roll struct {
	At        time.Time       `json:"at"`
	Protocols []string        `json:"protocols,omitempty"` // ids, sorted; who signs signs for these
	Streams   []Mark          `json:"streams"`
	Signed    []RollSignature `json:"signed,omitempty"`
}

// Mark is a record of a stream, by which everything before it in the stream is fixed.
type Mark struct {
	Stream string `json:"stream"`
	Seq    uint64 `json:"seq"`
	Hash   string `json:"hash"` // hexadecimal
}

// Root returns SHA-256(domain ‖ time in microseconds ‖ for each stream, by name: length of name ‖ name ‖ seq ‖ hash), numbers as 8
// bytes, most significant first.
func (r Roll) Root() ([32]byte, error) {
	b := binary.BigEndian.AppendUint64([]byte(rollDomain), uint64(r.At.UnixMicro()))
	last := ""
	for _, m := range slices.SortedFunc(slices.Values(r.Streams), func(a, b Mark) int { return cmp.Compare(a.Stream, b.Stream) }) {
		hash, err := hex.DecodeString(m.Hash)
		if err != nil || len(hash) != sha256.Size || m.Seq == 0 || m.Stream == "" || m.Stream == last {
			return [32]byte{}, invalid("The entry of the stream %q has no number or no hash, or stands there twice.", m.Stream)
		}
		last = m.Stream
		b = binary.BigEndian.AppendUint64(b, uint64(len(m.Stream)))
		b = append(b, m.Stream...)
		b = binary.BigEndian.AppendUint64(b, m.Seq)
		b = append(b, hash...)
	}
	return sha256.Sum256(b), nil
}

// Line is what is published of the roll: when, how many streams, the root, and who signed it.
func (r Roll) Line() (string, error) {
	root, err := r.Root()
	if err != nil {
		return "", err
	}
	line := fmt.Sprintf("tocsin head %s %d %x", r.At.UTC().Format(time.RFC3339Nano), len(r.Streams), root)
	for _, s := range r.Signed {
		line += fmt.Sprintf(" signed %s 0x%x", s.Signer.Hex(), []byte(s.Signature))
	}
	return line, nil
}

// ParseRoll reads a roll as it is written in JSON.
func ParseRoll(b []byte) (Roll, error) {
	var r Roll
	if err := strict(b, &r); err != nil {
		return Roll{}, invalid("This is not a list of heads.").Because(err)
	}
	if _, err := r.Root(); err != nil {
		return Roll{}, err
	}
	return r, nil
}

// Encode writes the roll in JSON.
func (r Roll) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode heads: %w", err)
	}
	return append(b, '\n'), nil
}
