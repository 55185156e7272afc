package plan

import "strings"

// Source is what a plan was read from: the files as they were, and where each value stands. A nil Source knows nothing.
type Source struct {
	Files  map[string][]byte // by name within the plan folder: the YAML files and those they name
	places map[string]Place
}

// Place is where a value stands in the files of a plan.
type Place struct {
	File   string
	Line   int // from 1
	Column int // from 1, in characters
}

// At tells where a value stands, by its path: "issues[stolen-user-funds].procedure" or "core_team[janet].contact[0].to".
// List items go by their id, or by their position from 0 where they have none. If nothing was written there, At answers the
// place of the nearest thing around it; the zero Place if there is none.
func (s *Source) At(path string) Place {
	if s == nil {
		return Place{}
	}
	for path != "" {
		if p, ok := s.places[path]; ok {
			return p
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return Place{}
}

// Line returns a line of a file as written, from 1; empty if there is no such line.
func (s *Source) Line(file string, line int) string {
	if s == nil || line < 1 {
		return ""
	}
	for text := range strings.SplitSeq(normal(s.Files[file]), "\n") {
		if line--; line == 0 {
			return text
		}
	}
	return ""
}

// normal returns a file's text with the line ends of every system turned into one and without a byte order mark.
func normal(b []byte) string {
	s := strings.TrimPrefix(string(b), "\ufeff")
	if !strings.Contains(s, "\r") {
		return s
	}
	return lineEnds.Replace(s)
}
