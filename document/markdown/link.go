package markdown

import "strings"

// brackets pairs the brackets of the text.
func (t *inlines) brackets() {
	if !strings.Contains(t.src, "[") {
		return
	}
	t.pair = map[int]int{}
	var open []int
	for i := 0; i < len(t.src); i++ {
		switch t.src[i] {
		case '\\':
			i++
		case '[':
			open = append(open, i)
		case ']':
			if n := len(open); n > 0 {
				t.pair[open[n-1]] = i
				open = open[:n-1]
			}
		}
	}
}

// link opens the link whose bracket stands at i, if it is one; a link within a link is text.
func (t *inlines) link(i int) (next int, ok bool) {
	shut, paired := t.pair[i]
	if !paired {
		return 0, false
	}
	url, end := t.address(i, shut)
	if end == 0 {
		return 0, false
	}
	t.ends[shut] = end
	if t.open == nil {
		t.open, t.from = &Link{URL: url}, t.out.Len()
		t.outer = shut
	}
	return i + 1, true
}

// address reads where a link leads and where it ends; end is 0 if it is none.
func (t *inlines) address(open, shut int) (url string, end int) {
	s := t.src
	after := s[shut+1 : min(len(s), shut+1+maxURL)]
	if strings.HasPrefix(after, "(") {
		depth := 0
		for i := range len(after) {
			switch after[i] {
			case '(':
				depth++
			case ')':
				depth--
			}
			if after[i] == '\n' || depth > 8 {
				return "", 0
			}
			if depth == 0 {
				url = strings.TrimSpace(after[1:i])
				if at := strings.IndexAny(url, " \t"); at > 0 {
					url = url[:at]
				}
				return strings.ReplaceAll(strings.Trim(url, "<>"), `\`, ""), shut + 1 + i + 1
			}
		}
		return "", 0
	}
	label, end := s[open+1:min(shut, open+200)], shut+1
	if strings.HasPrefix(after, "[") {
		if to, ok := t.pair[shut+1]; ok {
			end = to + 1
			if to > shut+2 {
				label = s[shut+2 : min(to, shut+200)]
			}
		}
	}
	if url = t.refs[strings.ToLower(label)]; url == "" {
		return "", 0
	}
	return url, end
}

// shut ends the link that is open.
func (t *inlines) shut() {
	if t.open == nil {
		return
	}
	t.open.Text = strings.TrimSpace(t.out.String()[t.from:])
	t.links = append(t.links, *t.open)
	t.open = nil
}
