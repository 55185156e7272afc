// Package app wires the parts together and owns their lifecycle. It is the only package that names adapters.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/plan/contacts"
	"tocsin/plan/sealed"
	"tocsin/store"
	"tocsin/store/postgres"
	"tocsin/store/sqlite"
)

// Desk is an open data folder: enough to look at incidents and to give commands, beside a running server or without one.
type Desk struct {
	Engine *engine.Engine
	Access *access.Access
	Data   string // folder

	store store.Store
}

// databaseFile is the database within the data folder.
const databaseFile = "tocsin.db"

// DatabaseURL is the environment variable that holds the address of a PostgreSQL database, where the nodes of a team share
// one. Without it the database is a file in the data folder.
const DatabaseURL = "TOCSIN_DATABASE_URL"

// Open opens a data folder. With create it is made if it is not there; else its absence is a fault.
func Open(ctx context.Context, data string, create bool, log *slog.Logger) (*Desk, error) {
	url, err := Secret(DatabaseURL)
	if err != nil {
		return nil, err
	}
	return open(ctx, data, url, create, log)
}

// open does it with the database at an address; empty: the one in the folder.
func open(ctx context.Context, data, url string, create bool, log *slog.Logger) (*Desk, error) {
	if data == "" {
		return nil, fault.New(fault.Invalid, "No data folder is named.").Instead("Give --data DIR.")
	}
	contactsKey, err := Secret(ContactsKey)
	if err != nil {
		return nil, err
	}
	st, err := database(ctx, data, url, create, log)
	if err != nil {
		return nil, err
	}
	return &Desk{
		Engine: engine.New(engine.Options{Store: st, Logger: log, Contacts: opener(contactsKey), Unseal: unsealer(contactsKey)}),
		Access: access.New(access.Options{Store: st}),
		Data:   data, store: st,
	}, nil
}

// database opens the database at an address, or else the one in the data folder.
func database(ctx context.Context, data, url string, create bool, log *slog.Logger) (store.Store, error) {
	file := filepath.Join(data, databaseFile)
	_, err := os.Stat(file)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case url != "" && !missing:
		return nil, fault.New(fault.Invalid, "%s holds a database of its own, and %s names another.", data, DatabaseURL).
			Instead("Take the variable away, or name another folder with --data.")
	case url == "" && missing && !create:
		return nil, fault.New(fault.NotFound, "%s holds no Tocsin data.", data).Instead("Name the folder that the server was started with: --data DIR.")
	case url == "":
		return sqlite.Open(ctx, sqlite.Options{Path: file, Logger: log})
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "The data folder %s cannot be made.", data).Instead("Name a folder that this user may write to.").Because(err)
	}
	return postgres.Open(ctx, postgres.Options{URL: url, Logger: log})
}

// ContactsKey is the environment variable that holds the key of the plans' sealed contact details.
const ContactsKey = "TOCSIN_CONTACTS_KEY"

// opener opens contact details with a key.
func opener(key string) func(*plan.Plan, map[string][]byte) error {
	return func(p *plan.Plan, files map[string][]byte) error { return contacts.Open(p, files, key) }
}

// longestScript is how long the script of a scenario may be, in bytes, once it is opened.
const longestScript = 1 << 20

// unsealer opens scripts of scenarios with a key; nil without one.
func unsealer(key string) func(string, []byte) ([]byte, error) {
	if strings.TrimSpace(key) == "" {
		return nil
	}
	return func(name string, file []byte) ([]byte, error) { return sealed.Open(file, key, name, longestScript) }
}

// reaches reports whether the database answers and takes what is to be stored.
func (d *Desk) reaches(ctx context.Context) error {
	if _, err := d.store.Position(ctx); err != nil {
		return err
	}
	return d.Engine.Probe(ctx)
}

// Close closes the database.
func (d *Desk) Close() error { return d.store.Close() }

// The files in the data folder by which commands find a running server.
const urlFile = "url"

// noteURL writes where the console is served, for `tocsin person link`.
func noteURL(data, url string) error {
	return os.WriteFile(filepath.Join(data, urlFile), []byte(url+"\n"), 0o600)
}

// URL returns where the console of a data folder was last served; empty if it never was.
func URL(data string) string {
	b, err := os.ReadFile(filepath.Join(data, urlFile))
	if err != nil {
		return ""
	}
	for i, c := range b {
		if c == '\n' {
			return string(b[:i])
		}
	}
	return string(b)
}

// Secret reads a secret from the environment variable name, or from the file that name_FILE names; empty if neither is set.
func Secret(name string) (string, error) {
	if v := os.Getenv(name); v != "" {
		return v, nil
	}
	path := os.Getenv(name + "_FILE")
	if path == "" {
		return "", nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fault.New(fault.Invalid, "%s_FILE names a file that cannot be read.", name).Because(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return "", fmt.Errorf("read %s_FILE: %w", name, err)
	}
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return string(b), nil
}
