# make test   what the README names: installs what the tests need, then runs everything
# make check  what a change must pass: format, vet, staticcheck, generated files, tests
export CGO_ENABLED ?= 0

GOFUMPT     := go run mvdan.cc/gofumpt@v0.12.0
STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
TEMPL       := go run github.com/a-h/templ/cmd/templ@v0.3.977

# The packages with goroutines of their own; the race detector needs cgo and a C compiler.
# They have been vetted as shipped.
RACED := ./engine/... ./chain/rpc/... ./store/memory/... ./access/... ./watch/... ./feed/... ./deliver/... ./execute/... ./notify/... ./internal/sim/...

.PHONY: test check needs lint generated generate race build demo

build:
	go build -trimpath -o bin/tocsin ./cmd/tocsin

demo:
	go run ./cmd/tocsin demo

test: needs
	go test -timeout 60m ./...
	$(MAKE) race

race:
	CGO_ENABLED=1 go test -timeout 60m -vet=off -race -short $(RACED)

needs:
	./.ci/needs

check: lint generated test

lint:
	test -z "$$($(GOFUMPT) -l $$(git ls-files '*.go' | grep -v _templ.go) | tee /dev/stderr)"
	go vet ./...
	$(STATICCHECK) ./...

generate:
	$(TEMPL) generate
	go generate ./...

generated: generate
	git diff --exit-code
