package feed

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/dns/dnsmessage"
)

// errForeign says that a message is not the answer to our question.
var errForeign = errors.New("this answers another question")

// answer reads the values of one type out of a message.
func answer(msg []byte, id uint16, name string, typ dnsmessage.Type) (values []string, cut bool, err error) {
	var p dnsmessage.Parser
	h, err := p.Start(msg)
	if err != nil || h.ID != id || !h.Response {
		return nil, false, errForeign
	}
	q, err := p.Question()
	if err != nil || q.Type != typ || !same(q.Name.String(), name) {
		return nil, false, errForeign
	}
	switch {
	case h.Truncated:
		return nil, true, nil
	case h.RCode == dnsmessage.RCodeNameError:
		return nil, false, errNoSuch
	case h.RCode != dnsmessage.RCodeSuccess:
		return nil, false, fmt.Errorf("it answers that it cannot tell (%s)", strings.TrimPrefix(h.RCode.String(), "RCode"))
	}
	if err := p.SkipAllQuestions(); err != nil {
		return nil, false, errBadMessage
	}
	for {
		rh, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			break
		}
		if err != nil {
			return nil, false, errBadMessage
		}
		numbers := typ == dnsmessage.TypeA || typ == dnsmessage.TypeAAAA
		if rh.Type != typ || rh.Class != dnsmessage.ClassINET || !numbers && !same(rh.Name.String(), name) { // what another name has is not ours
			if err := p.SkipAnswer(); err != nil {
				return nil, false, errBadMessage
			}
			continue
		}
		if typ == dnsmessage.TypeA && rh.Length != 4 || typ == dnsmessage.TypeAAAA && rh.Length != 16 {
			return nil, false, errBadMessage // the library takes four or sixteen bytes all the same
		}
		v, err := value(&p, typ)
		if err != nil {
			return nil, false, errBadMessage
		}
		if values = append(values, v); len(values) > maxValues {
			return nil, false, errors.New("it answers with too many values")
		}
	}
	slices.Sort(values)
	return slices.Compact(values), false, nil
}

var errBadMessage = errors.New("its answer cannot be read")

func same(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

// value reads one record as people write it.
func value(p *dnsmessage.Parser, typ dnsmessage.Type) (string, error) {
	lower := func(n dnsmessage.Name) string { return strings.ToLower(strings.TrimSuffix(n.String(), ".")) }
	switch typ {
	case dnsmessage.TypeA:
		r, err := p.AResource()
		return netip.AddrFrom4(r.A).String(), err
	case dnsmessage.TypeAAAA:
		r, err := p.AAAAResource()
		return netip.AddrFrom16(r.AAAA).String(), err
	case dnsmessage.TypeCNAME:
		r, err := p.CNAMEResource()
		return lower(r.CNAME), err
	case dnsmessage.TypeNS:
		r, err := p.NSResource()
		return lower(r.NS), err
	case dnsmessage.TypeMX:
		r, err := p.MXResource()
		return fmt.Sprintf("%d %s", r.Pref, lower(r.MX)), err
	case dnsmessage.TypeTXT:
		r, err := p.TXTResource()
		return plainText(strings.Join(r.TXT, "")), err
	default:
		r, err := p.UnknownResource()
		if err != nil {
			return "", err
		}
		return authority(r.Data)
	}
}

// authority reads a CAA record: flags, the length of the tag, the tag, the value.
func authority(b []byte) (string, error) {
	if len(b) < 2 || int(b[1]) == 0 || len(b) < 2+int(b[1]) {
		return "", errBadMessage
	}
	tag, value := b[2:2+int(b[1])], b[2+int(b[1]):]
	return fmt.Sprintf("%d %s %q", b[0], plainText(strings.ToLower(string(tag))), plainText(string(value))), nil
}

// maxRecord is how much of a record is remembered, in bytes; a key for mail has some hundreds.
const maxRecord = 4096

// plainText is a text of a record; what is none stands as hexadecimal digits.
func plainText(s string) string {
	if !utf8.ValidString(s) {
		return bounded("0x"+hex.EncodeToString([]byte(s)), maxRecord)
	}
	return bounded(s, maxRecord)
}
