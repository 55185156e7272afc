// Package deptest holds the code to the table in ARCHITECTURE.md: who may import whom, and what the pure core may not touch.
package deptest

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "tocsin/"

// row is one package of the table.
type row struct {
	name    string
	kinds   []string
	imports []string
	all     bool // may import everything
}

func (r row) is(kind string) bool { return slices.Contains(r.kinds, kind) }

// bans forbid imports by prefix to all packages but those named, each for a reason.
var bans = []struct {
	prefix string
	allow  []string
	why    string
}{
	{"tocsin/store", []string{"store", "engine", "access", "app"}, "whoever else could write could skip the rules"},
	{"database/sql", []string{"store"}, "policy in SQL cannot be replayed"},
	{"modernc.org/sqlite", []string{"store"}, "policy in SQL cannot be replayed"},
	{"github.com/jackc/pgx", []string{"store", "internal/postgres"}, "policy in SQL cannot be replayed"},
	{"github.com/riverqueue", []string{"store"}, "jobs are a detail of the store"},
	{"github.com/ethereum/go-ethereum/ethclient", []string{"chain"}, "only chain speaks to chains"},
	{"github.com/ethereum/go-ethereum/rpc", []string{"chain"}, "only chain speaks to chains"},
	{"github.com/ethereum/go-ethereum/node", []string{"chain"}, "only chain speaks to chains"},
	{"github.com/ethereum/go-ethereum/eth", []string{"chain"}, "only chain speaks to chains"},
	{"github.com/ethereum/go-ethereum/accounts/abi/bind", []string{"chain"}, "only chain speaks to chains"},
}

// impure is what the core may not import.
var impure = []string{"context", "os", "net", "database/sql", "math/rand", "crypto/rand", "os/exec", "syscall", "log", "log/slog", "sync/atomic"}

func TestTable(t *testing.T) {
	rows := table(t)
	built := packages(t)
	for _, p := range built {
		name := strings.TrimPrefix(p.ImportPath, module)
		if strings.HasPrefix(name, "internal/") || strings.Contains(name, "/internal/") {
			continue
		}
		r, ok := rows[name]
		if !ok {
			t.Errorf("package %s stands in no row of the table in ARCHITECTURE.md", name)
			continue
		}
		for _, imp := range p.Imports {
			if own, ok := strings.CutPrefix(imp, module); ok && !r.may(rows, own) {
				t.Errorf("%s imports %s, which its row in ARCHITECTURE.md does not allow", name, own)
			}
			for _, b := range bans {
				if within(imp, b.prefix) && !slices.ContainsFunc(b.allow, func(a string) bool { return within(name, a) }) {
					t.Errorf("%s imports %s: %s", name, imp, b.why)
				}
			}
			if r.is("core") && slices.ContainsFunc(impure, func(x string) bool { return within(imp, x) }) {
				t.Errorf("%s is of the pure core and imports %s", name, imp)
			}
		}
		if r.is("core") {
			pure(t, p)
		}
	}
	for name := range rows {
		if !slices.ContainsFunc(built, func(p pkg) bool { return p.ImportPath == module+name }) {
			t.Errorf("ARCHITECTURE.md has a row for %s, which is not built", name)
		}
	}
}

// may reports whether the row allows an import of another package of the module.
func (r row) may(rows map[string]row, own string) bool {
	if r.all || slices.Contains(r.imports, own) {
		return true
	}
	if strings.HasPrefix(own, r.name+"/internal/") {
		return true
	}
	if !rows[own].is("ground") {
		return false
	}
	if !r.is("ground") {
		return true
	}
	order := []string{"fault", "evm", "journal", "plan"} // the ground, lowest first
	return slices.Index(order, own) < slices.Index(order, r.name)
}

// within reports whether an import path is a path or lies below it.
func within(imp, prefix string) bool { return imp == prefix || strings.HasPrefix(imp, prefix+"/") }

// pure finds goroutines and clocks in a package of the core.
func pure(t *testing.T, p pkg) {
	for _, f := range p.GoFiles {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join(p.Dir, f), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: the pure core starts a goroutine", fset.Position(n.Pos()))
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "NewTimer", "NewTicker", "AfterFunc", "Tick"}, n.Sel.Name) {
					t.Errorf("%s: the pure core asks for the time", fset.Position(n.Pos()))
				}
			}
			return true
		})
	}
}

type pkg struct {
	Dir        string
	ImportPath string
	GoFiles    []string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=Dir,ImportPath,GoFiles,Imports", module+"...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			list = append(list, p)
		}
	}
	if len(list) < 5 {
		t.Fatalf("go list names only %d packages", len(list))
	}
	return list
}

// table reads the rows of the table in ARCHITECTURE.md.
func table(t *testing.T) map[string]row {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]row{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 4 || !strings.Contains(cells[0], "`") {
			continue
		}
		r := row{name: strings.Trim(strings.TrimSpace(cells[0]), "`"), kinds: list(cells[1]), imports: list(cells[3])}
		r.all = slices.Contains(r.imports, "everything")
		if r.is("test") {
			r.imports = append(r.imports, path.Dir(r.name))
		}
		if _, twice := rows[r.name]; twice {
			t.Errorf("ARCHITECTURE.md has two rows for %s", r.name)
		}
		rows[r.name] = r
	}
	if len(rows) < 5 {
		t.Fatalf("ARCHITECTURE.md has only %d rows: %s", len(rows), fmt.Sprint(rows))
	}
	return rows
}

func list(cell string) []string {
	var items []string
	for _, s := range strings.Split(cell, ",") {
		if s = strings.Trim(strings.TrimSpace(s), "`"); s != "" && s != "–" {
			items = append(items, s)
		}
	}
	return items
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
