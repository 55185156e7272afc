package cli

import (
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/plan"
)

// maxDecoded is the most that is decoded, in bytes.
const maxDecoded = 4 << 20

func (t *terminal) decode() *cobra.Command {
	var v voucher
	var s safeFlags
	c := &cobra.Command{
		Use: "decode FILE|0xCALLDATA|-", Short: "Explain what a file to be signed or a transaction's data would do, offline", Args: exactly("a file, calldata or -"),
		Long: `Decode explains on any machine, without a server, what is about to be signed, with the hashes that a device shows:

- typed data saved from a decision's page, and whether it follows from the plan that this machine trusts (tocsin trust) or from a plan
  folder (--plan);
- a Safe transaction: the typed data that a wallet shows, what the Safe transaction service answers about it (with --chain), or calldata
  with --chain, --safe, --to and --nonce; whether the plan declares an action that has the Safe do this, or what differs from --action;
- calldata: which function of which contract they would call (--to), and what that does.

Exit 1 if it does not follow from the plan, or if nobody knows what it does.`,
		RunE: func(c *cobra.Command, args []string) error {
			b, err := t.given(args[0])
			if err != nil {
				return err
			}
			if text, ok := strings.CutPrefix(strings.TrimSpace(string(b)), "0x"); ok {
				data, err := hex.DecodeString(text)
				if err != nil {
					return fault.New(fault.Invalid, "This is no calldata: it is not hexadecimal.").Instead("Give 0x and an even number of digits.")
				}
				if s.safe != "" {
					tx, err := s.transaction(data)
					if err != nil {
						return err
					}
					return t.decodeSafe(&v, &s, safe.Document{Transaction: tx})
				}
				return t.decodeCall(&v, &s, data)
			}
			if isSafe(b) {
				d, err := safe.Read(b, s.chain)
				if err != nil {
					return err
				}
				return t.decodeSafe(&v, &s, d)
			}
			m, err := typedMessage(b)
			if err != nil {
				return fault.New(fault.Invalid, "This is neither the typed data of a decision, nor a Safe transaction, nor calldata.").
					Instead("Save the typed data that the decision's page or the wallet shows, or give 0x and hexadecimal digits.").Because(err)
			}
			return t.decodeMessage(c, &v, m)
		},
	}
	v.flags(c)
	s.flags(c)
	c.Flags().Lookup("plan").Usage = "plan folder to explain by; that of the newer plan, where an adoption is explained"
	return c
}

// given is what the word of a command stands for: itself if it is calldata, standard input, or a file.
func (t *terminal) given(word string) ([]byte, error) {
	if strings.HasPrefix(word, "0x") {
		return []byte(word), nil
	}
	in := t.in
	if word != "-" {
		f, err := os.Open(word)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s cannot be opened.", word).Instead("Give a file, calldata that begins with 0x, or - for standard input.").Because(err)
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxDecoded+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read.", word).Because(err)
	}
	if len(b) > maxDecoded {
		return nil, fault.New(fault.Invalid, "%s is larger than %d MiB.", word, maxDecoded>>20)
	}
	return b, nil
}

// decoded is what decode says of a message as JSON.
type decoded struct {
	Kind    string           `json:"kind"` // decision or adoption
	Message decision.Message `json:"message"`
	Domain  string           `json:"domain_hash"`
	Hash    string           `json:"message_hash"`
	Digest  string           `json:"digest"`
	Vouched string           `json:"vouched"` // by what: trust, folder; empty if by nothing
	Fits    bool             `json:"fits"`
	Say     string           `json:"say"`
}

func (t *terminal) decodeMessage(c *cobra.Command, v *voucher, m decision.Message) error {
	domain, hash := m.Parts()
	out := decoded{Kind: "decision", Message: m, Domain: domain.Hex(), Hash: hash.Hex(), Digest: m.Digest().Hex()}
	if _, ok := m.Adopts(); ok {
		out.Kind = "adoption"
	}
	if err := v.gather(c.Context(), nil, m.Protocol); err != nil {
		return err
	}
	var err error
	if out.Vouched, err = t.explain(v, m); err != nil {
		if !fault.Is(err, fault.Forbidden) {
			return err
		}
		out.Say = fault.Sentence(err)
	} else if out.Fits = out.Vouched != ""; out.Fits {
		out.Say = "It follows from the plan that this machine trusts."
		if out.Vouched == "folder" {
			out.Say = "It follows from the plan in the folder. Whether that is the plan in force, nothing on this machine says."
		}
	} else {
		out.Say = "Nothing on this machine says whether the plan that it names is the right one. Pin the plan that you have read: tocsin trust DIR"
	}
	err = t.print(out, func(w io.Writer) {
		kind := "REAL"
		if m.Exercise {
			kind = "EXERCISE"
		}
		fmt.Fprintf(w, "%s, %s\n  %s\n", kind, out.Kind, m.Summary)
		for _, line := range [][2]string{
			{"choice", m.Choice},
			{"incident", m.Incident},
			{"protocol", m.Protocol},
			{"decision", m.Decision},
			{"subject", m.Subject},
			{"chain", number(m.Chain)},
			{"counts till", time.Unix(int64(min(m.Expires, 253402300799)), 0).UTC().Format(time.RFC3339)},
			{"action", m.Action.Hex()},
			{"plan", m.Plan.Hex()},
			{"domain", out.Domain},
			{"message", out.Hash},
			{"digest", out.Digest},
		} {
			if line[1] != "" {
				fmt.Fprintf(w, "  %-11s %s\n", line[0], line[1])
			}
		}
		fmt.Fprintln(w, out.Say)
	})
	if err == nil && out.Vouched != "" && !out.Fits {
		return told(exitNo)
	}
	return err
}

// explain shows what a message does by the plan that vouches for it, and says which that is; empty if none does.
func (t *terminal) explain(v *voucher, m decision.Message) (string, error) {
	if t.hasTrust(v, m.Protocol) {
		_, err := t.vouch(v, m)
		return "trust", err
	}
	if v.folder == "" {
		return "", nil
	}
	p, _, err := t.load(v.folder)
	if err != nil {
		return "", err
	}
	if _, adopts := m.Adopts(); !adopts && p.Hash() != m.Plan {
		return "folder", fault.New(fault.Forbidden, "THIS NAMES ANOTHER PLAN THAN THE ONE IN THE FOLDER: %s, where the folder holds %s.", m.Plan.Hex(), p.Hash().Hex())
	} else if adopts {
		_, err := t.newer(v, m)
		return "", err
	}
	return "folder", t.conform(v, p, m)
}

// hasTrust reports whether this machine trusts a plan of a protocol. What cannot be read is for vouch to say.
func (t *terminal) hasTrust(v *voucher, protocol string) bool {
	f, err := readTrust(v.trust)
	return err != nil || f.Protocols[protocol] != nil
}

// known are the plans that something is explained by: that of the folder, or all that this machine trusts. There may be none.
func (t *terminal) known(v *voucher) ([]*plan.Plan, error) {
	if v.folder != "" {
		p, _, err := t.load(v.folder)
		return []*plan.Plan{p}, err
	}
	f, err := readTrust(v.trust)
	if err != nil {
		return nil, err
	}
	var list []*plan.Plan
	for _, id := range slices.Sorted(maps.Keys(f.Protocols)) {
		x := f.Protocols[id]
		if p, _, ok := x.find(x.current().Hash); ok {
			list = append(list, p)
		}
	}
	return list, nil
}

func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
