package document

import (
	"bytes"
	_ "embed" // the page's form and look
	"fmt"
	"html/template"

	"tocsin/plan"
)

var (
	//go:embed html.gohtml
	htmlForm string
	//go:embed html.css
	htmlLook string
)

// HTML writes a plan as one page that stands alone: nothing is loaded from elsewhere, nothing runs in it, and it can be
// printed. What to do now stands first.
func HTML(p *plan.Plan, o RenderOptions) []byte {
	s := bind(p, o)
	var page bytes.Buffer
	form, err := htmlForms()
	if err == nil {
		err = form.Execute(&page, struct {
			*sheet
			Open int
		}{s, s.open()})
	}
	if err != nil { // the form is ours and a buffer never refuses: a test runs all of it
		fmt.Fprintf(&page, "\n<p>The page ends here: %s</p>\n", template.HTMLEscapeString(err.Error()))
	}
	return page.Bytes()
}

// htmlForms are the forms of a page and of what stands on one.
func htmlForms() (*template.Template, error) {
	return template.New("page").Funcs(template.FuncMap{"look": func() template.CSS { return template.CSS(htmlLook) }, "at": at}).Parse(htmlForm)
}

// at pairs a part with the level of its heading, which HTML ends at six.
func at(level int, c chapter) struct {
	chapter
	Level, Below int
} {
	return struct {
		chapter
		Level, Below int
	}{c, min(level, 6), level + 1}
}

// open counts the places that are still to be written.
func (s *sheet) open() int {
	n := 0
	count := func(w words) {
		for _, r := range w {
			if r.Open {
				n++
			}
		}
	}
	count(s.Owner)
	s.Now.each(count)
	for i := range s.Parts {
		s.Parts[i].each(count)
	}
	return n
}
