package document

import (
	"fmt"
	"reflect"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// columns finds columns of a table by the words of their headers: the position of each wanted one, -1 where there is none.
type columns struct {
	table *markdown.Block
	taken []bool
}

func newColumns(t *markdown.Block) *columns {
	return &columns{table: t, taken: make([]bool, len(t.Header))}
}

// find answers the first column not yet taken whose header is one of the words, or holds one of them where none is exactly
// that; -1 if there is none. A word that ends in ~ counts only if the header is exactly that.
func (c *columns) find(words ...string) int {
	for _, exact := range []bool{true, false} {
		for _, word := range words {
			word, only := strings.CutSuffix(word, "~")
			if only && !exact {
				continue
			}
			for i := range c.table.Header {
				h := plainKey(c.table.Header[i].Text)
				if !c.taken[i] && (h == word || !exact && strings.Contains(" "+h+" ", " "+word+" ")) {
					c.taken[i] = true
					return i
				}
			}
		}
	}
	return -1
}

// number takes a first column that only counts the rows; false if the table has none.
func (c *columns) number() bool {
	if len(c.taken) == 0 || c.taken[0] {
		return false
	}
	switch strings.ToLower(strings.Trim(c.table.Header[0].Text, " *.:")) {
	case "#", "no", "nr", "num", "number", "№", "order":
	default:
		return false
	}
	for _, row := range c.table.Rows {
		if s := strings.TrimRight(text(row, 0), ".)"); s != "" && (len(s) > 3 || strings.Trim(s, "0123456789") != "") {
			return false
		}
	}
	c.taken[0] = true
	return true
}

// text is the text of a cell, without white space around it; empty for column -1 and beyond the row's end.
func text(row []markdown.Cell, column int) string {
	if column < 0 || column >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[column].Text)
}

// lineOf is the line that a row stands on; 0 if the row has no cells.
func lineOf(row []markdown.Cell) int {
	for _, c := range row {
		if c.Line > 0 {
			return c.Line
		}
	}
	return 0
}

// empty reports whether a row says nothing.
func empty(row []markdown.Cell) bool {
	for i := range row {
		if text(row, i) != "" {
			return false
		}
	}
	return true
}

// rest puts the cells of a row that no reader has asked for where they belong: into the key of the thing that the column is
// named for, else into a note about the thing.
func (w *walker) rest(p *part, c *columns, row []markdown.Cell, about string, thing any) {
	v := reflect.ValueOf(thing).Elem()
	for i := range row {
		s := text(row, i)
		if i >= len(c.taken) || c.taken[i] || s == "" {
			continue
		}
		header := strings.TrimSpace(c.table.Header[i].Text)
		if k, ok := keyLabelled(v.Type(), header); ok && v.Field(k.index).IsZero() {
			err := set(v.Field(k.index), k, s)
			if err == nil {
				continue
			}
			if !plan.Open(s) {
				w.warn(p, row[i].Line, fmt.Sprintf("“%s” under %s cannot be read as such", clip(s), header), "it stays a note about "+about+": write it there as the plan's schema says")
			}
		}
		if header != "" {
			s = header + ": " + s
		}
		w.note(about, s, "\n")
	}
}

// clip shortens a text so that a sentence can quote it.
func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
