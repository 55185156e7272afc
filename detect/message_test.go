package detect

import "testing"

func TestGrouped(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "999": "999", "1000": "1,000", "-1000": "-1,000", "-100": "-100", "12000000.50001": "12,000,000.50001", "0.000000000000000001": "0.000000000000000001", "": "", "1234567890123456789012": "1,234,567,890,123,456,789,012",
	} {
		if got := grouped(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
