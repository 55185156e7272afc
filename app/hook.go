package app

import (
	"fmt"
	"strings"

	"tocsin/fault"
	"tocsin/hook"
	"tocsin/plan"
)

// hookSecret is the secret of a webhook, by the name that the plan gives it; empty if it is not set.
func (s *server) hookSecret(name string) string {
	secret, err := Secret(name)
	if err != nil {
		s.o.Logger.Error("read the secret of a webhook", "variable", name, "say", fault.Sentence(err))
		return ""
	}
	return secret
}

// hooks says which webhooks of a plan take nothing, and which read less than the plan asks of them.
func (s *server) hooks(p *plan.Plan) (say []string) {
	for _, d := range p.Detectors {
		if d.Kind != "webhook" || len(d.Lacks()) > 0 {
			continue
		}
		switch n := len(strings.TrimSpace(s.hookSecret(d.Secret))); {
		case n == 0:
			say = append(say, fmt.Sprintf("Webhook %s takes nothing: %s is not set.", d.ID, d.Secret))
		case n < hook.MinSecret:
			say = append(say, fmt.Sprintf("Webhook %s takes nothing: %s is shorter than %d characters.", d.ID, d.Secret, hook.MinSecret))
		}
		_, problems := hook.Compile(p, d)
		for _, x := range problems {
			say = append(say, fmt.Sprintf("Webhook %s reads less than the plan asks: %s: %s.", d.ID, x.Field, strings.TrimSuffix(x.Say, ".")))
		}
	}
	return say
}
