package readiness

import (
	"context"
	"fmt"
	"strings"

	"tocsin/action"
	"tocsin/check"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/status"
)

// statusFile reads the status file as the team's app does, and says of each action that is to change it how that would go.
func (k *survey) statusFile(ctx context.Context) {
	a, ok := k.Plan.StatusFile()
	if !ok {
		return
	}
	var wants []string
	if k.Executor != (evm.Address{}) && k.Executor != a.Sender {
		wants = append(wants, fmt.Sprintf("The plan has %s sign it, and Tocsin signs with %s.", a.Sender.Hex(), k.Executor.Hex()))
		k.add(nil, Gap{
			Code: StatusUnsigned, Level: check.Error, Of: a.ID, Say: "The status file is not signed. " + wants[0],
			Why: "The app is told nothing that it believes, also in an emergency.", Mend: "Write the address of the server's key under sender of the action, and into the app.",
		})
	}
	var seen *status.Status
	if k.Page != nil {
		s, err := k.readStatus(ctx, a.URL, a.Sender)
		if err != nil {
			say := host(a.URL) + ": " + fault.Sentence(err)
			wants = append(wants, say)
			k.add(nil, Gap{
				Code: StatusFails, Level: check.Error, Of: a.ID, Say: "The app does not know whether all is normal. " + say,
				Why:  "In an emergency it could not be told to show its maintenance page.",
				Mend: "See that the address in the plan leads to the status file of the console, that a server with the key runs, and that nothing on the way keeps the file for long.",
			})
		} else {
			seen = &s
		}
	}
	if seen != nil && k.Status != nil && (seen.Sequence != k.Status.Now().Sequence || !seen.Text.Equal(k.Status.Now().Text)) {
		wants = append(wants, "It is behind.")
		k.add(nil, Gap{
			Code: StatusBehind, Level: check.Error, Of: a.ID,
			Say:  fmt.Sprintf("The app is told %s (number %d), and should be told %s (number %d).", action.Says(seen.Text), seen.Sequence, action.Says(k.Status.Now().Text), k.Status.Now().Sequence),
			Why:  "Something on the way keeps an older file.",
			Mend: "Have the host or the cache before the console keep the file for seconds, not minutes.",
		})
	}
	for _, b := range k.Plan.Actions {
		switch {
		case b.Status == nil:
		case len(wants) > 0:
			k.tried(nil, b, Fails, strings.Join(wants, " "))
		case k.Page == nil:
			k.tried(nil, b, Untried, "The status file was not read.")
		default:
			k.tried(nil, b, Works, fmt.Sprintf("The app gets the status file; it says %s (number %d).", action.Says(seen.Text), seen.Sequence))
		}
	}
}

// readStatus reads the file as the app does.
func (k *survey) readStatus(ctx context.Context, address string, signer evm.Address) (status.Status, error) {
	code, body, err := k.Page(ctx, address)
	switch {
	case err != nil:
		return status.Status{}, fault.New(fault.Unavailable, "It does not answer: %s.", strings.TrimSuffix(fault.Sentence(err), "."))
	case code != 200:
		return status.Status{}, fault.New(fault.Unavailable, "It answers %d.", code)
	}
	return status.Verify(body, status.Expected{Protocol: k.Plan.Protocol, Signer: signer}, k.Now)
}
