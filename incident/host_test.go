package incident

import "testing"

func TestLeadsOver(t *testing.T) {
	for _, c := range []struct {
		to, host string
		want     bool
	}{
		{"https://chat.example.com/room", "example.com", true},
		{"https://user:word@Chat.Example.com:8443?x=1", "chat.example.com", true},
		{"ada@example.com", "example.com", true},
		{"ada@mail.example.com", "example.com", true},
		{"chat.example.com", "EXAMPLE.com", true},
		{"[2001:db8::1]", "2001:db8::1", true},
		{"https://[2001:db8::1]:443/x", "2001:db8::1", true},
		{"https://notexample.com", "example.com", false},
		{"https://example.com.evil.org", "example.com", false},
		{"https://evil.org/example.com", "example.com", false},
		{"+1 999 555 1212", "example.com", false},
		{"", "example.com", false},
	} {
		if got := leadsOver(c.to, c.host); got != c.want {
			t.Errorf("%q over %q: %v", c.to, c.host, got)
		}
	}
}
