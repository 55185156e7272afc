package readiness

import (
	"os"
	"strings"
	"testing"
)

// liveCodes lists the codes of all gaps that a look at the chains can find.
func liveCodes() []string {
	return []string{
		NotLooked, ChainUnseen, EndpointFails, EndpointBehind, EndpointAlone, EndpointsAlike, ActionFails, ActionUnfit, ActionUntried,
		ActionInEffect, PreparedSealed, PreparedVoid, PreparedCheap, PreparedShared, RequestFails, StatusUnsigned, StatusFails, StatusBehind, SafeUnread, SafeOwner, SafeSigner, SafeThreshold, SafeOneAway, SafeOnePerson, SafeModule, SafeGuard, DecisionAway,
		SignerAway, KeyUntried, KeyStale, ExecutorEmpty, ExecutorLow, ExecutorPower, ContractMissing, OwnerUnknown, UpgraderDiffers, UpgraderUnnamed, PauserRefused,
		ProxyEmpty, DriftOwner, DriftUpgrade, DriftAdmin, DriftCode, DriftRole, DriftSafe,
	}
}

func TestEveryCodeIsExplained(t *testing.T) {
	text, err := os.ReadFile("../docs/readiness.md")
	if err != nil {
		t.Fatal(err)
	}
	headings := ""
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "### ") {
			headings += line
		}
	}
	seen := map[string]bool{}
	for _, code := range liveCodes() {
		if !strings.Contains(headings, "`"+code+"`") {
			t.Errorf("docs/readiness.md does not explain %s", code)
		}
		if seen[code] {
			t.Errorf("%s stands there twice", code)
		}
		seen[code] = true
	}
}
