package document

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"tocsin/plan"
)

var streams = regexp.MustCompile(`(?s)/Length \d+[^>]*>>\nstream\n(.*?)\nendstream`)

// textOf reads the words of a PDF back out of what it draws.
func textOf(t *testing.T, b []byte) string {
	t.Helper()
	if !bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.Contains(b[max(0, len(b)-16):], []byte("%%EOF")) {
		t.Fatal("this is not a whole PDF")
	}
	var text strings.Builder
	for _, m := range streams.FindAllSubmatch(b, -1) {
		r, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue
		}
		drawn, _ := io.ReadAll(r)
		for len(drawn) > 0 {
			i := bytes.Index(drawn, []byte(" Td ("))
			if i < 0 {
				break
			}
			drawn = drawn[i+5:]
			var raw []byte
			for i = 0; i < len(drawn) && drawn[i] != ')'; i++ {
				if drawn[i] == '\\' && i+1 < len(drawn) {
					i++
					if drawn[i] == 'r' {
						raw = append(raw, '\r')
						continue
					}
				}
				raw = append(raw, drawn[i])
			}
			drawn = drawn[min(i, len(drawn)):]
			units := make([]uint16, 0, len(raw)/2)
			for j := 0; j+1 < len(raw); j += 2 {
				units = append(units, uint16(raw[j])<<8|uint16(raw[j+1]))
			}
			text.WriteString(string(utf16.Decode(units)) + " ")
		}
	}
	return text.String()
}

func pages(b []byte) int { return bytes.Count(b, []byte("/Type /Page\n")) }

func pdfOf(t *testing.T, p *plan.Plan, o RenderOptions) []byte {
	t.Helper()
	b, err := PDF(p, o, printed)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPDFHoldsGrabSheets(t *testing.T) {
	p := vaultPlan(t)
	b := pdfOf(t, p, RenderOptions{})
	text := textOf(t, b)
	if n := pages(b); n < 10 || n > 60 {
		t.Errorf("%d pages", n)
	}
	for _, r := range p.Procedures {
		if !strings.Contains(text, "Grab sheet: "+r.Name) {
			t.Errorf("there is no grab sheet of %s", r.Name)
		}
	}
	sheet := text[strings.Index(text, "Grab sheet: Stolen user funds"):strings.Index(text, "Grab sheet: Protocol DDoS")]
	for _, w := range []string{
		"Call, from the top", "+19995551220", "Pause the contract", "Carmen E", "must both approve.", "0x 88bC 4F6F Cb55 15C4 1D03 673c 039C 596F A639 52a9",
		"0x 8456 cb59", "chain 31337", "The trace view of a public block explorer", "every 4 hours until it is resolved", "entry \"registrar\"",
		"cannot be undone",
	} {
		if !strings.Contains(sheet, w) {
			t.Errorf("the grab sheet does not say %q", w)
		}
	}
	if first := text[:strings.Index(text, "Grab sheet:")]; !strings.Contains(first, "123b bdb0") && !strings.Contains(first, p.Hash().Hex()[2:6]) {
		t.Error("the cover does not show the plan's hash")
	}
	if strings.Contains(text, "could not be printed") {
		t.Error("characters of the example are said to be missing")
	}
}

// The cover is set as it was counted, so that the page that it names for a sheet is the one where the sheet lies, however
// long the list of sheets is.
func TestPDFCoverLeadsToTheSheets(t *testing.T) {
	foot := regexp.MustCompile(` page (\d+) `)
	for n := 1; n <= 24; n++ {
		p := &plan.Plan{Protocol: "ferry", Name: "Ferry"}
		for i := range n {
			id := fmt.Sprintf("sheet-%c", 'a'+i)
			p.Procedures = append(p.Procedures, plan.Procedure{ID: id, Name: id, Steps: []plan.Step{{ID: "halt", Name: "Halt it"}}})
			p.CoreTeam = append(p.CoreTeam, plan.Person{ID: "person-" + id, Name: "Person " + id})
		}
		cover, rest, _ := strings.Cut(textOf(t, pdfOf(t, p, RenderOptions{})), "Grab sheet: ")
		for _, r := range p.Procedures {
			_, row, _ := strings.Cut(cover, " "+r.Name+" page ")
			want, _, ok := strings.Cut(row, " ")
			_, sheet, _ := strings.Cut("Grab sheet: "+rest, "Grab sheet: "+r.Name)
			if got := foot.FindStringSubmatch(sheet); !ok || got == nil || got[1] != want {
				t.Fatalf("%d sheets: the cover says that %s is on page %q, and it is on %q", n, r.Name, want, got)
			}
		}
	}
}

func TestATitleIsNeverOpen(t *testing.T) {
	for want, p := range map[string]*plan.Plan{
		"Ferry":                   {Protocol: "ferry", Name: "Ferry"},
		"ferry":                   {Protocol: "ferry"},
		"boat":                    {Protocol: "boat", Name: plan.TBD},
		"Protocol without a name": {Protocol: "tbd", Name: plan.TBD},
	} {
		if got := bind(p, RenderOptions{}).Name; got != want {
			t.Errorf("the title is %q, want %q", got, want)
		}
	}
}

// Numbers stand on every sheet: one whose steps nobody owns yet names the core team.
func TestPDFGrabSheetSaysWhomToCall(t *testing.T) {
	p := &plan.Plan{
		Protocol: "ferry", Name: "Ferry",
		Procedures: []plan.Procedure{{ID: "stop", Name: "Stop", Steps: []plan.Step{{ID: "halt", Name: "Halt it"}}}},
		CoreTeam:   []plan.Person{{ID: "nora", Name: "Nora Berg", Contact: []plan.Contact{{Kind: "phone", To: "+19995550100"}}}},
	}
	_, sheet, _ := strings.Cut(textOf(t, pdfOf(t, p, RenderOptions{})), "Grab sheet: Stop")
	sheet, _, _ = strings.Cut(sheet, "The whole plan")
	if !strings.Contains(sheet, "Nora Berg") || !strings.Contains(sheet, "+19995550100") {
		t.Errorf("it names nobody to call:\n%s", sheet)
	}
}

func TestPDFIsTheSameAgain(t *testing.T) {
	p := vaultPlan(t)
	if !bytes.Equal(pdfOf(t, p, RenderOptions{}), pdfOf(t, p, RenderOptions{})) {
		t.Error("the same plan and date give other bytes")
	}
	later, err := PDF(p, RenderOptions{}, printed.AddDate(0, 0, 1))
	if err != nil || bytes.Equal(later, pdfOf(t, p, RenderOptions{})) {
		t.Errorf("the date does not show, or %v", err)
	}
}

func TestPDFPublic(t *testing.T) {
	p := vaultPlan(t)
	text := strings.ToLower(textOf(t, pdfOf(t, p, RenderOptions{Public: true})))
	for _, w := range private(p) {
		if strings.Contains(text, strings.ToLower(w)) {
			t.Errorf("the public PDF holds %q", w)
		}
	}
	if !strings.Contains(text, "pause the contract") {
		t.Error("the public PDF has no procedure")
	}
}

func TestPDFSaysWhatItCannotPrint(t *testing.T) {
	p := planOf(t, sparePlan)
	p.Procedures[0].Steps[0].How = "Press 🚨 then 漢字, ﬁrst of all Ｃａｐｓ, שלום"
	text := textOf(t, pdfOf(t, p, RenderOptions{}))
	for _, w := range []string{"[U+1F6A8]", "[U+6F22", "U+5B57]", "rst of all Caps", "Characters that could not be printed", "U+05E9"} {
		if !strings.Contains(text, w) {
			t.Errorf("the PDF does not say %q", w)
		}
	}
}

func TestPDFOfHostilePlan(t *testing.T) {
	text := textOf(t, pdfOf(t, spoiled(t), RenderOptions{}))
	if !strings.Contains(text, "alert(1)") || !strings.Contains(text, "[U+1F6A8]") {
		t.Error("what was written is not printed")
	}
	for _, p := range []*plan.Plan{nil, {}, {Procedures: []plan.Procedure{{}, {ID: "x", Steps: []plan.Step{{}}}}}} {
		textOf(t, pdfOf(t, p, RenderOptions{}))
	}
}
