package feed

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	askFor        = 10 * time.Second // one request, to its last byte
	maxBody       = 4 << 20          // bytes
	maxRedirects  = 5
	maxHeaderSize = 64 << 10
)

// got is what one GET brought.
type got struct {
	status int
	took   time.Duration
	header http.Header
	body   []byte
	cut    bool     // there is more of the body
	at     *url.URL // where it came from in the end
}

// getter asks for addresses on behalf of one target. Every request has a connection of its own, so that names are looked up
// and certificates shown each time.
type getter struct {
	client *http.Client
	guard  *guard
}

// What is wrong with where an answer leads.
var (
	errDown  = errors.New("it leads from an encrypted address to one that is not")
	errOn    = fmt.Errorf("it leads on and on, more than %d times", maxRedirects)
	errNoWeb = errors.New("it leads to what is no address on the web")
)

func newGetter(o Options, u *url.URL) *getter {
	g := newGuard(o, u)
	return &getter{guard: g, client: &http.Client{
		Transport: &http.Transport{
			DialContext: g.DialContext, TLSClientConfig: &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true,
			TLSHandshakeTimeout: dialFor, ResponseHeaderTimeout: askFor, MaxResponseHeaderBytes: maxHeaderSize, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			switch {
			case len(via) > maxRedirects:
				return errOn
			case req.URL.Scheme != "http" && req.URL.Scheme != "https":
				return errNoWeb
			case req.URL.Scheme == "http" && via[len(via)-1].URL.Scheme == "https":
				return errDown
			}
			req.Header.Del("Referer") // it would tell others the whole address
			return nil
		},
	}}
}

// get asks for one address. Without read, the body stays where it is. The error is in words and names no address.
func (g *getter) get(ctx context.Context, u *url.URL, accept string, read bool) (*got, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errors.New("its address cannot be asked for")
	}
	req.Header.Set("User-Agent", "tocsin")
	req.Header.Set("Accept", accept)
	req.Header.Set("Cache-Control", "no-cache")
	began := time.Now()
	resp, err := g.client.Do(req)
	if err != nil {
		return nil, inWords(err)
	}
	defer resp.Body.Close()
	a := &got{status: resp.StatusCode, header: resp.Header, at: resp.Request.URL}
	if read {
		a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
		if err != nil {
			return nil, inWords(err)
		}
		if len(a.body) > maxBody {
			a.body, a.cut = a.body[:maxBody], true
		}
	}
	a.took = time.Since(began)
	return a, nil
}

// inWords says why an answer did not come, without the address that was asked for, which may hold secrets.
func inWords(err error) error {
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var wrong x509.HostnameError
	var invalid x509.CertificateInvalidError
	var refused *net.OpError
	var timeout net.Error
	var whole *url.Error
	for _, told := range []error{errInside, errDown, errOn, errNoWeb} {
		if errors.Is(err, told) {
			return told
		}
	}
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return errors.New("its name leads to no machine")
	case errors.As(err, &name):
		return errors.New("its name cannot be looked up")
	case errors.As(err, &unknown), errors.As(err, &wrong), errors.As(err, &invalid):
		return fmt.Errorf("its certificate is not to be trusted: %w", mistrust(err))
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("it does not answer within %s", askFor)
	case errors.As(err, &refused) && refused.Op == "dial":
		return errors.New("nothing listens there")
	case errors.As(err, &whole) && whole.Err != nil && errors.As(whole.Err, new(*net.OpError)):
		return errors.New("the connection breaks")
	default:
		return errors.New("its answer breaks off or is none")
	}
}

// mistrust is why a certificate is not believed, in words that hold only what the certificate says.
func mistrust(err error) error {
	var unknown x509.UnknownAuthorityError
	var wrong x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &wrong):
		return errors.New("it is for another name")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return errors.New("it has ended, or has not begun")
	case errors.As(err, &unknown):
		return errors.New("nobody known has issued it")
	default:
		return errors.New("it breaks the rules for certificates")
	}
}
