package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/fault"
)

func (t *terminal) serve() *cobra.Command {
	var o app.ServeOptions
	var endpoints, relays, proxies, stages []string
	var artefacts string
	var planDirs []string
	var key keyFlags
	c := &cobra.Command{
		Use:   "serve --plan DIR --data DIR --endpoint CHAINID=URL",
		Short: "Watch the chains, page the people, serve the console",
		Long: `Serve runs everything: it watches the plan's chains, opens incidents, pages people, carries out what they decide and serves
the console. Secrets come from the environment, each also as NAME_FILE naming a file:

  ` + endpointVariable + `CHAINID    JSON-RPC endpoint of a chain, if its URL holds a key: the command line can be read by every user
                             of the machine; several with spaces between them
  TOCSIN_SMTP_URL            where mail goes: smtp://user:password@host:587?from=tocsin@example.com
  ` + app.DatabaseURL + `        postgres://user:password@host/database, where several nodes share one; else a file in the data folder
  ` + app.ContactsKey + `        key of the plan's sealed contact details
  ` + app.TransactionsKey + `    key that opens transactions which were signed in advance and lie encrypted in a plan
  TOCSIN_HEARTBEAT_URL       asked for once a minute while all is well, so that another service can tell when it is not
  ` + passwordVariable + `   password of the key file that sends transactions
  ` + signerVariable + `          remote signer that sends transactions, if it needs credentials: https://user:password@host

The secret of each webhook stands in the variable that the plan names.`,
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			log, err := t.logger(c.Context())
			if err != nil {
				return err
			}
			for _, dir := range planDirs {
				folder, err := planFolder(dir)
				if err != nil {
					return err
				}
				defer folder.Close()
				o.Plans = append(o.Plans, app.PlanFolder{Name: dir, Files: folder.FS()})
			}
			if o.Endpoints, err = parseEndpoints(endpoints); err != nil {
				return err
			}
			if o.Relays, err = parseEndpoints(relays); err != nil {
				return err
			}
			if err := secretEndpoints(o.Endpoints, os.Environ()); err != nil {
				return err
			}
			if o.StageEndpoints, err = parseStages(stages); err != nil {
				return err
			}
			if o.Safe, err = app.ReadSafe(artefacts); err != nil {
				return err
			}
			if o.Proxies, err = parseProxies(proxies); err != nil {
				return err
			}
			if o.SMTP, err = app.Secret("TOCSIN_SMTP_URL"); err != nil {
				return err
			}
			if o.Heartbeat, err = app.Secret("TOCSIN_HEARTBEAT_URL"); err != nil {
				return err
			}
			if o.Prepared, err = app.Secret(app.TransactionsKey); err != nil {
				return err
			}
			if o.Signer, err = t.executor(c, &key); err != nil {
				return err
			}
			o.Logger, o.Terminal = log, t.err
			o.Ready = func(r app.Ready) {
				_ = t.print(r, func(w io.Writer) {
					fmt.Fprintf(w, "Tocsin is at %s\n", r.URL)
					for _, s := range r.Say {
						fmt.Fprintln(w, s)
					}
				})
			}
			return app.Serve(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&planDirs, "plan", nil, "folder with the plan; may be repeated, once for each protocol")
	f.StringVar(&o.Data, "data", "", "folder for the database; made if it is not there")
	f.StringArrayVar(&endpoints, "endpoint", nil, "JSON-RPC endpoint of a chain, CHAINID=URL (http, https, ws, wss); may be repeated, also for one chain; #rate=N at its end allows N requests a second")
	f.StringArrayVar(&relays, "relay", nil, "private relay of a chain, CHAINID=URL, which gets first what actions that the plan calls private send")
	f.StringArrayVar(&stages, "stage-endpoint", nil, "chain of your own for exercises, such as a fork under another id, in place of a chain of the plan, CHAINID=URL")
	f.StringVar(&artefacts, "safe-artifacts", "", safeArtefacts)
	f.StringVar(&o.Listen, "listen", "127.0.0.1:8470", "address of the console; other than loopback only with TLS")
	f.StringVar(&o.TLSCert, "tls-cert", "", "certificate file (PEM)")
	f.StringVar(&o.TLSKey, "tls-key", "", "key file (PEM) of the certificate")
	f.StringVar(&o.BaseURL, "base-url", "", "address under which people reach the console, for links; the address listened on if not given")
	f.StringArrayVar(&proxies, "trusted-proxy", nil, "reverse proxy, by address or network, whose X-Forwarded-For says where a request comes from; may be repeated")
	key.flags(c, "key file that sends transactions (keystore v3); without it, or a remote signer, nothing is sent")
	return c
}

// endpointVariable, with a chain id behind it, holds the endpoint of that chain.
const endpointVariable = "TOCSIN_ENDPOINT_"

// secretEndpoints adds the endpoints that stand in the environment, or in files that it names: several of one chain with space
// or line ends between them.
func secretEndpoints(into map[uint64][]string, environ []string) error {
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		id, ok := strings.CutPrefix(name, endpointVariable)
		if !ok {
			continue
		}
		id = strings.TrimSuffix(id, "_FILE")
		n, err := strconv.ParseUint(id, 10, 64)
		if err != nil || n == 0 {
			return fault.New(fault.Invalid, "%s names no chain.", name).Instead("Write %s1 for chain 1.", endpointVariable)
		}
		urls, err := app.Secret(endpointVariable + id)
		if err != nil {
			return err
		}
		for _, url := range strings.Fields(urls) {
			if !slices.Contains(into[n], url) {
				into[n] = append(into[n], url)
			}
		}
	}
	return nil
}

// parseEndpoints reads CHAINID=URL, each chain with one endpoint or more.
func parseEndpoints(list []string) (map[uint64][]string, error) {
	m := map[uint64][]string{}
	for _, s := range list {
		n, url, err := parseEndpoint(s)
		if err != nil {
			return nil, err
		}
		if slices.Contains(m[n], url) {
			return nil, fault.New(fault.Invalid, "An endpoint of chain %d is given twice.", n).Instead("Give each endpoint once.")
		}
		m[n] = append(m[n], url)
	}
	return m, nil
}

// parseStages reads CHAINID=URL, each chain with one endpoint.
func parseStages(list []string) (map[uint64]string, error) {
	m := map[uint64]string{}
	for _, s := range list {
		n, url, err := parseEndpoint(s)
		if err != nil {
			return nil, err
		}
		if m[n] != "" {
			return nil, fault.New(fault.Invalid, "Two endpoints are given for exercises in place of chain %d.", n).Instead("Give one.")
		}
		m[n] = url
	}
	return m, nil
}

// parseEndpoint reads CHAINID=URL.
func parseEndpoint(s string) (chain uint64, url string, err error) {
	id, url, ok := strings.Cut(s, "=")
	chain, err = strconv.ParseUint(id, 10, 64)
	if !ok || err != nil || chain == 0 || url == "" {
		return 0, "", fault.New(fault.Invalid, "An endpoint cannot be read.").Instead("Write CHAINID=URL, such as 1=wss://host/path.")
	}
	return chain, url, nil
}

func (t *terminal) person() *cobra.Command {
	c := &cobra.Command{Use: "person", Short: "Let people sign in"}
	var d desk
	var base string
	var ttl time.Duration
	link := &cobra.Command{
		Use: "link NAME", Short: "Print a link that signs one person in, once", Args: exactly("a person of the plan"),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			l, err := k.SignInLink(c.Context(), d.protocol, args[0], base, ttl)
			if err != nil {
				return err
			}
			return t.print(map[string]any{"link": l.URL, "protocol": l.Protocol, "person": l.Person, "expires": l.Expires.Format(time.RFC3339)}, func(w io.Writer) {
				fmt.Fprintln(w, l.URL)
				fmt.Fprintf(t.err, "It signs %s in once, until %s. Give it to nobody else.\n", l.Name, l.Expires.Format("2006-01-02 15:04 UTC"))
			})
		},
	}
	d.flags(link, false)
	d.ofProtocol(link)
	link.Flags().StringVar(&base, "base-url", "", "address of the console; the one last served from the data folder if not given")
	link.Flags().DurationVar(&ttl, "for", 24*time.Hour, "how long the link works")
	c.AddCommand(link, t.personRevoke())
	return c
}

func (t *terminal) personRevoke() *cobra.Command {
	var d desk
	c := &cobra.Command{
		Use: "revoke NAME", Short: "End all sessions of one person, and the sign-in links that they have not used", Args: exactly("a person"),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			who, err := k.Revoke(c.Context(), d.protocol, args[0])
			if err != nil {
				return err
			}
			return t.print(map[string]string{"revoked": who.Person, "protocol": who.Protocol}, func(w io.Writer) {
				fmt.Fprintf(w, "%s is signed out everywhere. A new link lets them in again.\n", who.Name)
			})
		},
	}
	d.flags(c, false)
	d.ofProtocol(c)
	return c
}

func (t *terminal) demo() *cobra.Command {
	var o app.DemoOptions
	c := &cobra.Command{
		Use:   "demo",
		Short: "Go through one emergency on a chain of its own, from the attack to the post-mortem",
		Long: `Demo starts a chain in this process, deploys the example protocol Harbour Vault, runs ordinary traffic and serves the console.
You play the responders; the attack begins when you press the button, or after --attack-after. Everything is real but the
money: the chain, the exploit, the signatures, the pause. With --auto nobody is needed: the responders play themselves.`,
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			log, err := t.logger(c.Context())
			if err != nil {
				return err
			}
			o.Logger = log
			o.Terminal = t.out
			if t.json {
				o.Terminal = t.err
			}
			r, err := app.Demo(c.Context(), o)
			if err != nil || r == nil {
				return err
			}
			if t.json {
				if err := t.print(r, nil); err != nil {
					return err
				}
			}
			if !r.Good() {
				fmt.Fprintln(t.err, "tocsin: the demo did not end well: "+r.Wrong())
				return told(exitNo)
			}
			return nil
		},
	}
	f := c.Flags()
	f.BoolVar(&o.Auto, "auto", false, "play all the responders without a person")
	f.StringVar(&o.Data, "data", "", "folder to keep everything in; started again with the same folder, the demo goes on where it was")
	f.StringVar(&o.Listen, "listen", "127.0.0.1:0", "loopback address of the console; port 0 is any free one")
	f.DurationVar(&o.AttackAfter, "attack-after", 0, "begin the attack after so long; 0 waits for the button (with --auto it begins at once)")
	return c
}
