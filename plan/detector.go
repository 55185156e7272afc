package plan

// Detector is one automatic detection.
type Detector struct {
	ID          string `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name        string `yaml:"name" json:"name,omitzero" plan:"required"`
	Kind        string `yaml:"kind" json:"kind,omitzero" plan:"required one=match|spike|state|balance|absence|http|web|feed|webhook|report"` // match, spike, state, balance, absence, http, web, feed, webhook, report
	Mode        string `yaml:"mode" json:"mode,omitzero" plan:"one=observe|page|act"`                                                        // observe (default), page, act
	Asset       string `yaml:"asset" json:"asset,omitzero" plan:"ref=asset"`                                                                 // what it looks at
	Chain       uint64 `yaml:"chain" json:"chain,omitzero" plan:"ref=chain"`                                                                 // if it looks at no asset
	Message     string `yaml:"message" json:"message,omitzero"`                                                                              // what a finding says in plain words
	Depth       string `yaml:"depth" json:"depth,omitzero" plan:"form=depth"`                                                                // blocks on top before it believes: "0" (default), a number, safe, finalized
	ActReason   string `yaml:"act_reason" json:"act_reason,omitzero"`                                                                        // why an act detector needs no second one
	ActTogether string `yaml:"act_together" json:"act_together,omitzero" plan:"ref=detector"`                                                // detector that must agree before it acts

	// match
	Event       string `yaml:"event" json:"event,omitzero" plan:"form=event"`          // event of the asset's ABI, by name or signature
	Function    string `yaml:"function" json:"function,omitzero" plan:"form=function"` // function of the asset's ABI, by name or signature
	Transaction bool   `yaml:"transaction" json:"transaction,omitzero"`                // any transaction to the asset
	Internal    bool   `yaml:"internal" json:"internal,omitzero"`                      // internal calls too
	Where       string `yaml:"where" json:"where,omitzero"`                            // CEL; the finding stands if it is true
	Amount      string `yaml:"amount" json:"amount,omitzero"`                          // CEL; the size of the finding, to tell twice as bad; of an outflow, what is added up

	// spike
	Metric   string   `yaml:"metric" json:"metric,omitzero" plan:"one=transactions|events|failed_transactions|failed_share|gas_price|outflow"` // transactions, events, failed_transactions, failed_share, gas_price, outflow
	GroupBy  string   `yaml:"group_by" json:"group_by,omitzero" plan:"one=sender|contract"`                                                    // sender, contract: each is measured for itself
	Window   Duration `yaml:"window" json:"window,omitzero"`                                                                                   // length of one window, by block time
	Baseline int      `yaml:"baseline" json:"baseline,omitzero"`                                                                               // windows that make the baseline
	Factor   float64  `yaml:"factor" json:"factor,omitzero"`                                                                                   // times the baseline's median
	Score    float64  `yaml:"score" json:"score,omitzero"`                                                                                     // deviations above the median
	Minimum  float64  `yaml:"minimum" json:"minimum,omitzero"`                                                                                 // never fires below it; a share is from 0 to 1, a gas price in gwei, an outflow in whole units of the asset
	Clear    float64  `yaml:"clear" json:"clear,omitzero"`                                                                                     // factor below which it clears again
	CoolDown Duration `yaml:"cool_down" json:"cool_down,omitzero"`                                                                             // not again within
	Backfill int      `yaml:"backfill" json:"backfill,omitzero"`                                                                               // most blocks read to fill a new baseline

	// state, balance, absence
	Readings map[string]Reading `yaml:"readings" json:"readings,omitempty"`                              // named view calls for the invariant
	Holds    string             `yaml:"holds" json:"holds,omitzero"`                                     // CEL invariant; a finding when false
	Account  string             `yaml:"account" json:"account,omitzero" plan:"ref=asset|person|address"` // account watched: asset id, person's key or address
	Below    string             `yaml:"below" json:"below,omitzero" plan:"form=decimal"`                 // in wei, or in the smallest unit of the token that asset names
	Above    string             `yaml:"above" json:"above,omitzero" plan:"form=decimal"`
	Silent   Duration           `yaml:"silent" json:"silent,omitzero"` // absence: nothing for so long, by block time

	// http, web, feed, webhook, report
	URL       string            `yaml:"url" json:"url,omitzero" plan:"form=url"`
	Every     Duration          `yaml:"every" json:"every,omitzero"`
	Expect    map[string]string `yaml:"expect" json:"expect,omitempty"`
	Failures  int               `yaml:"failures" json:"failures,omitzero"`                                              // http: failures in a row before it is a finding; 3 if the plan does not say
	Resolvers []string          `yaml:"resolvers" json:"resolvers,omitempty"`                                           // web: name servers that are asked, as address or address:port; those of the machine if none
	Words     []string          `yaml:"words" json:"words,omitempty"`                                                   // feed: entries that hold one of them; any if none
	Mapping   map[string]string `yaml:"mapping" json:"mapping,omitempty"`                                               // webhook: finding field to path in the body
	Source    string            `yaml:"source" json:"source,omitzero" plan:"one=alertmanager|grafana|cloudevents|json"` // webhook: alertmanager, grafana, cloudevents, json
	Secret    string            `yaml:"secret" json:"secret,omitzero" plan:"form=env"`                                  // name of the environment variable that holds the secret
}

// Lacks lists the keys without which a detector of its kind cannot run, as a person would name them.
func (d *Detector) Lacks() []string {
	var lacks []string
	need := func(key string, has bool) {
		if !has {
			lacks = append(lacks, key)
		}
	}
	switch d.Kind {
	case "match":
		need("asset or chain", d.Asset != "" || d.Chain != 0)
		need("event, function or transaction", d.Event != "" || d.Function != "" || d.Transaction)
	case "spike":
		need("asset or chain", d.Asset != "" || d.Chain != 0)
		need("metric", d.Metric != "")
		need("window", d.Window > 0)
	case "state":
		need("readings", len(d.Readings) > 0)
		need("holds", d.Holds != "")
	case "balance":
		need("account", d.Account != "")
		need("below or above", d.Below != "" || d.Above != "")
	case "absence":
		need("silent", d.Silent > 0)
	case "http", "feed":
		need("url", d.URL != "")
	case "web":
		need("asset or url", d.Asset != "" || d.URL != "")
	case "webhook":
		need("secret", d.Secret != "")
	}
	return lacks
}
