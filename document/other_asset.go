package document

import (
	"regexp"
	"strconv"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// readAssets reads an inventory: contracts with their addresses, multisigs, domains, repositories, accounts.
func readAssets(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || p.own && p.section != "assets" && p.section != "groups" && p.section != "chains" {
		return 0
	}
	c := newColumns(t)
	address := c.find("address", "addresses", "contract address", "proxy address")
	name := c.find("asset", "contract", "contract name", "name", "multisig", "safe", "wallet", "system", "service", "resource", "what~")
	if name < 0 || address < 0 && p.section != "assets" {
		return 0
	}
	chain := c.find("chain", "network", "chain id", "deployed on")
	kind := c.find("type", "kind", "category")
	description := c.find("description", "purpose", "role~", "function~")
	provider := c.find("provider", "registrar", "host", "vendor")
	location := c.find("location", "url", "domain", "link", "handle")
	holder := c.find("owner", "holder", "held by", "responsible", "account owner")
	second := c.find("second holder", "backup", "backup owner", "secondary")
	p.page.markHeader(t)
	for _, row := range t.Rows {
		if text(row, name) == "" {
			w.lose(p, row, "this row names no asset")
			continue
		}
		a := plan.Asset{Name: text(row, name), Description: text(row, description), Provider: filled(text(row, provider)), Location: filled(text(row, location))}
		a.ID = w.id("assets", a.Name)
		about := "assets[" + a.ID + "]"
		a.Kind = assetKind(text(row, kind)+" "+p.title+" "+a.Name, address >= 0)
		if s := text(row, kind); s != "" && !strings.EqualFold(a.Kind, s) {
			w.note(about, w.header(c, kind)+s, "\n")
		}
		if s := text(row, address); s != "" {
			if m := evmAddress.FindString(s); m == "" || a.Address.UnmarshalText([]byte(m)) != nil {
				if !plan.Open(s) || s != plan.TBD {
					w.note(about, w.header(c, address)+s, "\n")
				}
				w.warn(p, row[address].Line, "“"+clip(s)+"” is no address", "write the 0x address of "+a.Name)
			} else if rest := strings.Trim(strings.Replace(s, m, "", 1), " `()"); rest != "" {
				w.note(about, w.header(c, address)+s, "\n")
			}
		}
		if a.Chain = w.chainOf(p, text(row, chain)); a.Chain == 0 && text(row, chain) != "" {
			w.note(about, w.header(c, chain)+text(row, chain), "\n")
		}
		for _, h := range []struct {
			column int
			to     *string
		}{{holder, &a.Holder}, {second, &a.SecondHolder}} {
			if s := text(row, h.column); s != "" {
				if len(list(s)) == 1 && !placeholder(s) && !evmAddress.MatchString(s) && len(s) < 60 {
					*h.to = s
				} else {
					w.note(about, w.header(c, h.column)+s, "\n")
				}
			}
		}
		w.rest(p, c, row, about, &a)
		w.plan.Assets = append(w.plan.Assets, a)
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
	return 1
}

var evmAddress = regexp.MustCompile(`0x[0-9a-fA-F]{40}\b`)

// assetKinds tells by words what an asset is.
var assetKinds = []struct {
	kind  string
	words *regexp.Regexp
}{
	{"token", regexp.MustCompile(`(?i)\b(token|erc-?20)\b`)},
	{"dns", regexp.MustCompile(`(?i)\b(dns|nameservers?)\b`)},
	{"domain", regexp.MustCompile(`(?i)\b(domain|registrar)s?\b`)},
	{"repository", regexp.MustCompile(`(?i)\b(repositor(y|ies)|repo|github|gitlab)\b`)},
	{"hosting", regexp.MustCompile(`(?i)\b(hosting|server|cloud|vercel|netlify|aws|front-?end|website)\b`)},
	{"social", regexp.MustCompile(`(?i)\b(twitter|x account|discord|telegram|social|blog|mirror)\b`)},
	{"key", regexp.MustCompile(`(?i)\b(keys?|wallet|deployer|eoa)\b`)},
}

// assetKind tells by the words around an asset what it is.
func assetKind(words string, addressed bool) string {
	for _, k := range assetKinds {
		if addressed && k.kind != "token" {
			continue
		}
		if k.words.MatchString(words) {
			return k.kind
		}
	}
	if addressed {
		return "contract"
	}
	return "service"
}

// chainIDs are the ids of chains by the names that people use for them (EIP-155, as in the public list of chains).
var chainIDs = map[string]uint64{
	"ethereum": 1, "mainnet": 1, "ethereum mainnet": 1, "eth": 1, "l1": 1, "optimism": 10, "op mainnet": 10, "bnb chain": 56, "bsc": 56, "gnosis": 100,
	"gnosis chain": 100, "polygon": 137, "polygon pos": 137, "base": 8453, "arbitrum": 42161, "arbitrum one": 42161, "avalanche": 43114,
	"avalanche c chain": 43114, "linea": 59144, "scroll": 534352, "zksync era": 324, "sepolia": 11155111,
}

// chainOf finds the chain of a cell or, where that is empty, of the headings above the table: "Contracts on Base".
func (w *walker) chainOf(p *part, cell string) uint64 {
	if cell != "" {
		return w.chain(cell)
	}
	for ; p != nil && p.heading != nil; p = p.up {
		found := uint64(0)
		for _, word := range strings.Fields(nameKey(p.title)) {
			if id := chainIDs[word]; id != 0 {
				found = w.chain(word)
			}
		}
		if found != 0 {
			return found
		}
	}
	return 0
}

// chain finds or adds the chain of a name or number; 0 if it is none that is known.
func (w *walker) chain(name string) uint64 {
	id, err := strconv.ParseUint(strings.TrimSpace(name), 10, 63)
	if err != nil {
		id = chainIDs[nameKey(name)]
	}
	for i := range w.plan.Chains {
		if w.plan.Chains[i].ID == id || nameKey(w.plan.Chains[i].Name) == nameKey(name) {
			return w.plan.Chains[i].ID
		}
	}
	if id != 0 {
		name = strings.TrimSpace(name)
		w.plan.Chains = append(w.plan.Chains, plan.Chain{ID: id, Name: strings.ToUpper(firstRune(name)) + name[len(firstRune(name)):]})
	}
	return id
}
