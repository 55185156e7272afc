package evm

import (
	"strings"
	"testing"
)

// BenchmarkTraces reads the calls of a block as large as mainnet's: two hundred transactions of thirty calls each.
func BenchmarkTraces(b *testing.B) {
	one := `{"type":"CALL","from":"` + someone + `","to":"` + someVat + `","value":"0x0","gas":"0x5208","gasUsed":"0x5208","input":"0x` + strings.Repeat("ab", 100) + `","output":"0x` + strings.Repeat("cd", 32) + `"}`
	root := strings.TrimSuffix(one, "}") + `,"calls":[` + strings.TrimSuffix(strings.Repeat(one+",", 29), ",") + `]}`
	text := []byte("[" + strings.TrimSuffix(strings.Repeat(`{"txHash":"`+someTx+`","result":`+root+"},", 200), ",") + "]")
	var d Decoder
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		d.Reset()
		if _, err := d.Traces(text); err != nil {
			b.Fatal(err)
		}
	}
}
