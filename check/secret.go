package check

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/plan"
)

// secret is a kind of text that must not stand in a plan, known by its form. Most lines hold none: what every text of the form
// holds is looked for first.
type secret struct {
	what string
	run  int    // so many letters, digits, hyphens and underlines in a row
	near string // and one of these texts, between bars; any if empty
	form *regexp.Regexp
}

var secrets = []secret{
	{"a private key", 0, "-----BEGIN", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
	{"a private key", 20, "AGE-SECRET-KEY-", regexp.MustCompile(`AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]{20,}`)},
	{"the address of a webhook, with which anybody can post", 0, "hooks.slack.com/", regexp.MustCompile(`hooks\.slack\.com/(services|workflows)/[A-Za-z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9]+`)},
	{"the address of a webhook, with which anybody can post", 10, "/api/webhooks/", regexp.MustCompile(`discord(app)?\.com/api/webhooks/[0-9]+/[\w-]{10,}`)},
	{"the token of a Telegram bot", 35, ":", regexp.MustCompile(`\b[0-9]{8,10}:[A-Za-z0-9_-]{35}`)},
	{"an access token", 14, "", regexp.MustCompile(`\b(gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|sk-[A-Za-z0-9_-]{20,}|[rs]k_live_[A-Za-z0-9]{10,}|npm_[A-Za-z0-9]{30,})`)},
	{"an access token", 10, "eyJ", regexp.MustCompile(`\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}`)},
	{"the key of a node provider", 20, "infura.io/v3|alchemy.com/v2|quiknode.pro|ankr.com/", regexp.MustCompile(`(infura\.io/v3|alchemy\.com/v2|quiknode\.pro|ankr\.com/\w+)/[A-Za-z0-9_-]{20,}`)},
	{"an address with a password", 0, "://", regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://[^/\s:@"'<>$]+:[^/\s@"'<>$]{3,}@`)},
	{"a password", 0, "pass|pin|api", regexp.MustCompile(`(?i)\b(password|passphrase|passwd|api[ _-]?key|pin)\b\s*(is\s|:|=)\s*["']?([^\s"']*[0-9][^\s"']*[A-Za-z][^\s"']*|[^\s"']*[A-Za-z][^\s"']*[0-9][^\s"']*)`)},
}

var (
	// long is what a private key looks like, and what many hashes look like as well.
	long = regexp.MustCompile(`(^|[^0-9A-Za-z_/])(0x)?[0-9a-fA-F]{64}($|[^0-9A-Za-z_])`)
	// hashed are words beside which such a text is a hash, an argument or the name of a transaction.
	hashed = regexp.MustCompile(`(?i)hash|\btx\b|transaction|topic|\broot\b|digest|sha256|keccak|checksum|bytecode|code ?id|salt|block|commit|\bargs\b|\bwhere\b|\brole\b|bytes32|calldata|function|event|fingerprint|public key|slot`)
	// phrased are words that announce the words of a wallet.
	phrased = regexp.MustCompile(`(?i)mnemonic|seed|recovery (phrase|words)|phrase`)
	// sample are addresses that show a form rather than a secret.
	sample = regexp.MustCompile(`(?i)://(user(name)?|\w*):(pass(word)?|secret|x+|\*+|\.\.\.)@`)
	// ordinary are words of sentences that the list of words for wallets does not hold.
	ordinary = regexp.MustCompile(`\b(the|and|for|are|was|were|has|had|not|but|from|with|its|our|their|which|when|been|each|all|any|can|could|would|who|his|her|how|may|then|than|them|these|those|here|into|does|did|done|still|your|more|same|again)\b`)
)

// checkSecrets reads the plan's own files line by line, comments and all. It never repeats what it found.
func (c *checker) checkSecrets() {
	if c.source == nil {
		return
	}
	var names []string
	for name := range c.source.Files {
		if slices.Contains([]string{".yaml", ".yml", ".md", ".txt", ".env"}, path.Ext(name)) && name != c.plan.Contacts.File {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		number := 0
		for line := range strings.Lines(string(c.source.Files[name])) {
			number++
			what, at := secretIn(line)
			if what == "" {
				continue
			}
			c.addAt(plan.Place{File: name, Line: number, Column: utf8.RuneCountInString(line[:at]) + 1}, Error, "secret-in-plan", "",
				fmt.Sprintf("Line %d of %s holds what looks like %s.", number, name, what),
				"The plan is read by many and stays in its history: whoever has it has the secret.",
				"Take it out, replace it as one that others know, and say under secret_at where the new one lies.")
		}
	}
}

// secretIn says what secret a line holds and where it begins, in bytes; empty if it holds none.
func secretIn(line string) (string, int) {
	if len(line) < 16 {
		return "", 0
	}
	run, small := longestRun(line), strings.ToLower(line)
	for _, s := range secrets {
		if run < s.run || !holdsOne(line, small, s.near) {
			continue
		}
		if m := s.form.FindStringIndex(line); m != nil && !sample.MatchString(line[m[0]:m[1]]) {
			return s.what, m[0]
		}
	}
	if run < 64 && strings.Count(line, " ") < 11 {
		return "", 0
	}
	if m := long.FindStringIndex(line); m != nil && !hashed.MatchString(line) && strings.Trim(line[m[0]:m[1]], " \t\r\n\"',:;[]{}()x0") != "" {
		return "a private key", m[0]
	}
	if at := phraseIn(line); at >= 0 {
		return "the words of a wallet", at
	}
	return "", 0
}

// longestRun is how many letters, digits, hyphens and underlines follow each other at most, in bytes.
func longestRun(line string) int {
	most, n := 0, 0
	for i := range len(line) {
		if b := line[i]; b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '-' {
			n++
			most = max(most, n)
		} else {
			n = 0
		}
	}
	return most
}

// holdsOne reports whether a line holds one of several texts, written with bars between them, in this or in lower case.
func holdsOne(line, small, texts string) bool {
	for t := range strings.SplitSeq(texts, "|") {
		if strings.Contains(line, t) || strings.Contains(small, t) {
			return true
		}
	}
	return texts == ""
}

// phraseIn finds twelve to twenty-four short words in lower case that follow each other and make no sentence, where they
// begin; -1 if there are none.
func phraseIn(line string) int {
	start, n := 0, 0
	end := func(stop int) bool {
		if n < 12 || n > 24 {
			return false
		}
		whole := n == 12 || n == 15 || n == 18 || n == 21 || n == 24
		return (whole || phrased.MatchString(line)) && !ordinary.MatchString(line[start:stop])
	}
	for at := 0; at <= len(line); {
		next := at
		for next < len(line) && line[next] >= 'a' && line[next] <= 'z' {
			next++
		}
		if size := next - at; size < 3 || size > 8 {
			if n > 0 && end(at) {
				return start
			}
			n = 0
			at = next + 1
			continue
		}
		if n == 0 {
			start = at
		}
		n++
		if next >= len(line) || line[next] != ' ' {
			if end(next) {
				return start
			}
			n = 0
		}
		at = next + 1
	}
	return -1
}
