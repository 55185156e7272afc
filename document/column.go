package document

import (
	"reflect"
	"slices"
	"strconv"

	"tocsin/plan"
)

// columns are the columns that the table of a section needs: the leading ones, an id where it does not follow from the name,
// and in sections of small things every key that some thing has and a cell can hold.
func (r *renderer) columns(f form, v reflect.Value) []column {
	columns := slices.Clone(f.columns)
	t := v.Type().Elem()
	have := []string{"name"}
	for _, c := range f.columns {
		have = append(have, c.key)
	}
	switch f.section {
	case "issues":
		columns = append(columns, r.some(v, column{header: "Severity", key: "severity"}, column{header: "Procedure", key: "procedure"})...)
	case "core_team", "extended_team":
		columns = append(columns, r.some(v, column{header: "Title", key: "title"}, column{header: "Roles", key: "roles"},
			column{header: "Backups", key: "backups"}, column{header: "Time zone", key: "time_zone"})...)
		if f.section == "extended_team" {
			columns = slices.DeleteFunc(columns, func(c column) bool { return c.header == "Title" })
		}
		for i := range v.Len() {
			if !plainLadder(v.Index(i).Interface().(plan.Person).Contact) {
				columns = append(columns, ladderColumn)
				break
			}
		}
	case "decisions":
		for i := range v.Len() {
			if v.Index(i).Interface().(plan.Decision).Additional.Need > 0 {
				columns = append(columns, neededColumn)
				break
			}
		}
	default:
		if f.table {
			for _, k := range keysOf(t) {
				if !slices.Contains(have, k.name) && k.name != "id" && k.name != "also" && k.name != "template" && short(t.Field(k.index).Type, k) {
					columns = append(columns, r.some(v, column{header: k.label, key: k.name})...)
				}
			}
		}
	}
	for i := range v.Len() {
		e := v.Index(i)
		if id := idOf(e); id != "" && id != slug(space(f.section), e.FieldByName("Name").String()) {
			return append(columns, column{header: "Id", key: "id"})
		}
	}
	return columns
}

// ladderColumn holds whole ladders; where a row has one, it counts.
var ladderColumn = column{
	header: "Ladder", key: "contact",
	write: func(_ *renderer, v reflect.Value) string {
		if ladder := v.Interface().(plan.Person).Contact; !plainLadder(ladder) {
			return escape(ladderCell(ladder))
		}
		return ""
	},
	read: func(_ *walker, v reflect.Value, text string) {
		v.Addr().Interface().(*plan.Person).Contact = ladderOf(text)
	},
}

// neededColumn holds how many of the additional approvers must approve.
var neededColumn = column{
	header: "Needed of these", key: "additional",
	write: func(_ *renderer, v reflect.Value) string {
		if need := v.Interface().(plan.Decision).Additional.Need; need > 0 {
			return strconv.Itoa(need)
		}
		return ""
	},
	read: func(_ *walker, v reflect.Value, text string) {
		if need, err := strconv.Atoi(text); err == nil && need > 0 {
			v.Addr().Interface().(*plan.Decision).Additional.Need = need
		}
	},
}

// some answers the columns for which some thing has a value.
func (r *renderer) some(v reflect.Value, columns ...column) []column {
	return slices.DeleteFunc(columns, func(c column) bool {
		for i := range v.Len() {
			if k, ok := keyNamed(v.Type().Elem(), c.key); ok && !v.Index(i).Field(k.index).IsZero() {
				return false
			}
		}
		return true
	})
}

// short reports whether a value of a key fits into a cell.
func short(t reflect.Type, k key) bool {
	switch t.Kind() {
	case reflect.Slice:
		return t.Elem().Kind() == reflect.String && (len(k.ref) > 0 || len(k.one) > 0)
	case reflect.Struct:
		return t == reflect.TypeFor[plan.Date]() || t == reflect.TypeFor[plan.Timing]()
	case reflect.Map, reflect.Pointer:
		return false
	}
	return true
}

// cell writes the cell of a column for a thing.
func (r *renderer) cell(c column, e reflect.Value) string {
	if c.write != nil {
		return cell(c.write(r, e))
	}
	k, ok := keyNamed(e.Type(), c.key)
	if !ok || e.Field(k.index).IsZero() {
		return ""
	}
	s, _ := r.word(e.Field(k.index), k, "")
	return cell(s)
}

func keyNamed(t reflect.Type, name string) (key, bool) {
	for _, k := range keysOf(t) {
		if k.name == name {
			return k, true
		}
	}
	return key{}, false
}
