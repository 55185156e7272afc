package markdown

import "testing"

// What strangers wrote is read back as the same words, and as nothing else.
func TestEscapedTextMeansNothing(t *testing.T) {
	for said, want := range map[string]string{
		"# A heading":                    "# A heading",
		"| a | b |":                      "| a | b |",
		"*bold* and `code` and _more_":   "*bold* and `code` and _more_",
		"one\ntwo\n\n# three":            "one two # three",
		`a \ b`:                          `a \ b`,
		"[here](https://example.com)":    "[here](https://example.com)",
		"![](https://example.com/x.png)": "![](https://example.com/x.png)",
		"<b>bold</b>":                    "<b>bold</b>",
		"\u202edrowssap a\x00b\x1b[31m":  "drowssap ab[31m",
	} {
		var w Writer
		w.Text("Said: %s", Escape(said))
		blocks, err := Read([]byte(w.String()))
		if err != nil || len(blocks) != 1 || blocks[0].Kind != Paragraph || blocks[0].Text != "Said: "+want {
			t.Errorf("%q is read back as %+v, %v", said, blocks, err)
		}
	}
}

func TestWriter(t *testing.T) {
	var w Writer
	w.Heading(2, "Steps")
	w.List()
	w.List("one", "two")
	if w.Table([]string{"A", "B"}, nil) {
		t.Error("a table without rows is written")
	}
	w.Table([]string{"A", "B"}, [][]string{{"1", "2"}})
	w.Quote("first\n# second")
	const want = "## Steps\n\n- one\n- two\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n\n> first\n> \\# second\n\n"
	if got := w.String(); got != want {
		t.Errorf("written:\n%s", got)
	}
}
