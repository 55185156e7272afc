package check

import "testing"

func TestNever(t *testing.T) {
	for where, want := range map[string]bool{
		"":                               false,
		"false":                          true,
		"(false)":                        true,
		"!true":                          true,
		"true":                           false,
		"1 == 2":                         true,
		"1 < 2":                          false,
		"'a' == 'b'":                     true,
		"tx.value != tx.value":           true,
		"tx.value >= tx.value":           false,
		"tx.value > 9 && tx.value < 5":   true,
		"tx.value > 9 && tx.value < 10":  true,
		"tx.value >= 9 && tx.value < 10": false,
		"9 < tx.value && tx.value <= 9":  true,
		`tx.value > u256("99999999999999999999999") && tx.value < 5`: true,
		"tx.value == 1 && tx.value == 2":                             true,
		"tx.value == 1 || tx.value == 2":                             false,
		"false || tx.value == 2":                                     false,
		"false || (tx.value > 2 && tx.value < 1)":                    false, // not seen, and not claimed
		"false || tx.value > 2 && tx.value < 1":                      true,
		"!(false && tx.value > 2 && false)":                          false,
		"!(tx.value > 2 && false && tx.value < 9)":                   false,
		"tx.value > 2 ? true : tx.value > 1 && false":                false,
		`call.args.note == "x && false && y"`:                        false,
		"event.args.caller != event.args.owner":                      false,
		`tx.to == "0x88bC" && tx.to == "0x88bc"`:                     false,
		`event.args.a == "x" && event.args.a == "y"`:                 true,
	} {
		if got := never(where); got != want {
			t.Errorf("never(%q) = %v", where, got)
		}
	}
}

func FuzzNever(f *testing.F) {
	f.Add("tx.value > 9 && (a || b) && !(c)")
	f.Fuzz(func(t *testing.T, where string) {
		if never(where) && never(where+" || tx.value > 1") {
			t.Errorf("%q is never true, and neither with a condition that may be", where)
		}
	})
}
