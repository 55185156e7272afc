package app

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"tocsin/fault"
)

// listenable checks that nobody serves the console in the clear to a network.
func listenable(o ServeOptions) (secure bool, err error) {
	if (o.TLSCert == "") != (o.TLSKey == "") {
		return false, fault.New(fault.Invalid, "TLS needs both a certificate and its key.").Instead("Give both --tls-cert and --tls-key.")
	}
	if secure = o.TLSCert != ""; secure {
		if _, err := tls.LoadX509KeyPair(o.TLSCert, o.TLSKey); err != nil {
			return false, fault.New(fault.Invalid, "The TLS certificate and its key cannot be used.").Instead("Give files in PEM form that belong together and that this user may read.").Because(err)
		}
	}
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return false, fault.New(fault.Invalid, "%q is not an address to listen on.", o.Listen).Instead("Write HOST:PORT, such as 127.0.0.1:8470.")
	}
	ip := net.ParseIP(host)
	if !secure && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return false, fault.New(fault.Invalid, "%s can be reached from other machines, and without TLS anybody on the way could read and answer.", o.Listen).
			Instead("Listen on 127.0.0.1, or give --tls-cert and --tls-key.")
	}
	if o.BaseURL == "" && ip != nil && ip.IsUnspecified() {
		return false, fault.New(fault.Invalid, "Messages would have links to %s, which leads nowhere.", o.Listen).Instead("Give --base-url https://HOST, as people reach the console.")
	}
	if o.BaseURL != "" {
		u, err := url.Parse(o.BaseURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
			return false, fault.New(fault.Invalid, "%q is not an address of a console.", o.BaseURL).Instead("Write https://HOST.")
		}
		secure = secure || u.Scheme == "https"
	}
	return secure, nil
}

func serveHTTP(ctx context.Context, l net.Listener, h http.Handler, o ServeOptions, secure bool) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(o.Logger.Handler(), slog.LevelDebug),
	}
	stopped := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(stopped)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if srv.Shutdown(grace) != nil {
			srv.Close()
		}
	})
	var err error
	if o.TLSCert != "" {
		srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		err = srv.ServeTLS(l, o.TLSCert, o.TLSKey)
	} else {
		err = srv.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		<-stopped
		return nil
	}
	return err
}
