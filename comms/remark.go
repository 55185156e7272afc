package comms

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Remark is something in a text that a reader under stress would stumble over, or that the team would regret.
type Remark struct {
	Kind  string `json:"kind"`  // jargon, long, blame, promise
	Quote string `json:"quote"` // the words it is about
	Say   string `json:"say"`   // one sentence: why, and what to write instead
}

// The kinds of remarks.
const (
	RemarkJargon  = "jargon"
	RemarkLong    = "long"
	RemarkBlame   = "blame"
	RemarkPromise = "promise"
)

// mostWords is how long a sentence may be for somebody who reads it in a hurry, in words.
const mostWords = 25

// mostRemarks bounds how much is remarked on one text: who gets more than that starts anew.
const mostRemarks = 50

// jargon maps words that outsiders do not know to plain ones.
var jargon = map[string]string{
	"exploit": "attack", "exploited": "attacked", "exploiter": "attacker", "threat actor": "attacker", "attack vector": "way in",
	"root cause": "cause", "mitigate": "stop, lessen", "mitigation": "what stops it", "remediation": "repair", "remediate": "repair",
	"multisig": "account that several people sign for", "eoa": "account", "tvl": "deposits", "mev": "gain of those who order transactions",
	"oracle": "price source", "calldata": "content of the transaction", "mempool": "waiting transactions", "reentrancy": "flaw", "bytecode": "code",
	"invariant": "rule that must always hold", "revert": "fail", "reverted": "failed", "wei": "ETH", "rpc": "connection to the chain",
	"onchain": "on the blockchain", "on-chain": "on the blockchain", "drained": "emptied", "sev1": "the severity in words", "sev-1": "the severity in words",
	"eta": "when", "asap": "by when", "leverage": "use", "impacted": "affected", "funds flow": "where the money went", "hotfix": "repair", "degraded": "slow, failing",
}

// blame is what looks for somebody instead of something.
var blame = []string{
	"human error", "at fault", "fault of", "to blame", "blame", "careless", "negligent", "negligence", "incompetent", "should have known", "stupid",
	"failed to follow", "sloppy",
}

// promises are what nobody can know while it lasts, or what binds the team to something that nobody has decided.
var promises = []string{
	"funds are safe", "funds are safu", "safu", "your money is safe", "fully secure", "completely safe", "completely secure", "100%", "guarantee", "guaranteed",
	"will be refunded", "will be reimbursed", "made whole", "no user funds", "no funds were lost", "no impact", "not affected", "never happen again",
	"nothing to worry", "under control", "rest assured",
}

// hexadecimal is an address or a hash.
var hexadecimal = regexp.MustCompile(`0x[0-9a-fA-F]{16,}`)

// PlainLanguage says what in a text is not plain, in the order of the text. An empty list is no proof of a good text.
func PlainLanguage(text string) []Remark {
	type found struct {
		at int
		Remark
	}
	var all []found
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // some letters change their length: the places found must fit the text
		text = lower
	}
	add := func(kind, word, say string) {
		for _, at := range places(lower, word) {
			all = append(all, found{at, Remark{kind, text[at : at+len(word)], say}})
		}
	}
	for word, plain := range jargon {
		add(RemarkJargon, word, "Not everybody knows this word; write: "+plain+".")
	}
	for _, word := range blame {
		add(RemarkBlame, word, "This points at somebody; say what happened and what will be different.")
	}
	for _, word := range promises {
		add(RemarkPromise, word, "Nobody can promise this yet; say what you know, and when you will know more.")
	}
	for _, at := range hexadecimal.FindAllStringIndex(text, -1) {
		all = append(all, found{at[0], Remark{RemarkJargon, cut(text[at[0]:at[1]], 20), "Few readers can do anything with this; give its name, and a link at the end."}})
	}
	for _, s := range sentences(text) {
		if n := len(strings.Fields(s.text)); n > mostWords {
			all = append(all, found{s.at, Remark{RemarkLong, cut(line(s.text), 60), "This sentence has " + strconv.Itoa(n) + " words; break it up."}})
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		if a.at != b.at {
			return a.at - b.at
		}
		return len(b.Quote) - len(a.Quote)
	})
	var remarks []Remark
	end := map[string]int{} // of the last remark of a kind: "safu" within "funds are safu" is one promise
	for _, f := range all {
		if f.Kind != RemarkLong && f.at < end[f.Kind] {
			continue
		}
		end[f.Kind] = f.at + len(f.Quote)
		if remarks = append(remarks, f.Remark); len(remarks) == mostRemarks {
			break
		}
	}
	return remarks
}

// places finds a word where it stands by itself.
func places(text, word string) []int {
	var at []int
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return at
		}
		i += from
		from = i + len(word)
		if !letter(text, i-1) && (!letter(text, from) || strings.HasSuffix(word, "%")) {
			at = append(at, i)
		}
	}
}

// letter reports whether a letter or digit stands at a place; every byte beyond ASCII belongs to one.
func letter(s string, i int) bool {
	if i < 0 || i >= len(s) {
		return false
	}
	c := s[i]
	return c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

type said struct {
	at   int
	text string
}

// sentences breaks a text at line ends and after full stops, question and exclamation marks that a space follows.
func sentences(text string) []said {
	var list []said
	from := 0
	for i := 0; i < len(text); i++ {
		ends := text[i] == '\n' || strings.IndexByte(".!?", text[i]) >= 0 && i+1 < len(text) && text[i+1] == ' '
		if ends || i == len(text)-1 {
			if s := text[from : i+1]; strings.TrimSpace(s) != "" {
				list = append(list, said{from, s})
			}
			from = i + 1
		}
	}
	return list
}
