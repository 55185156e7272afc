#!/bin/bash
# Two releases side by side on one PostgreSQL database, as during an upgrade: builds the release of a commit and the one of
# this checkout, runs a node of each, and has both work on the same incidents. The older must go on with what it knows, show
# what it does not know, and decide nothing about it.
#
#	TOCSIN_DATABASE_URL=postgres://… cmd/tocsin/two-releases.sh COMMIT
#
# The database must be empty; it is left as it is.
set -euo pipefail
: "${TOCSIN_DATABASE_URL:?names an empty PostgreSQL database}"
commit=${1:?names the commit of the older release}
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
nodes=()
end() {
	for pid in "${nodes[@]}"; do kill "$pid" 2>/dev/null || true; done
	wait || true
	rm -rf "$dir"
}
trap end EXIT
export CGO_ENABLED=0
git archive "$commit" --prefix=older/ | tar -x -C "$dir"
(cd "$dir/older" && go build -o "$dir/old" ./cmd/tocsin)
go build -o "$dir/new" ./cmd/tocsin

fail() { echo "two-releases: $*" >&2; exit 1; }
serve() { # name, port
	"$dir/$1" serve --plan "$dir/older/examples/vault" --data "$dir/$1.data" --listen "127.0.0.1:$2" >"$dir/$1.log" 2>&1 &
	nodes+=($!)
	for _ in $(seq 100); do
		if curl -sf "http://127.0.0.1:$2/healthz" | grep -q '"well":true'; then return; fi
		sleep 0.3
	done
	cat "$dir/$1.log" >&2
	fail "the $1 node is not well"
}
run() { # name, words of tocsin incident
	local who=$1
	shift
	"$dir/$who" incident "$@" --data "$dir/$who.data"
}
id() { sed -n 's/^ *"id": "\(20[0-9-]*\)",$/\1/p' | head -1; }

serve old 18470
first=$(run old open --as janet --title first --json | id)
serve new 18471
second=$(run new open --as david --title second --json | id)
[ -n "$first" ] && [ -n "$second" ] && [ "$first" != "$second" ] || fail "opened $first and $second"

# Each works on what the other began.
run new answer "$first" coming --as oscar >/dev/null
run old answer "$second" coming --as oscar >/dev/null
# What only the newer knows is shown by the older, which leaves it alone.
run new merge "$second" "$first" --why "the same event" --as david >/dev/null
run old show "$first" | grep -q "Oscar" || fail "the older does not show $first"
if said=$(run old validate "$first" --as janet 2>&1); then fail "the older decided about what it does not know"; fi
grep -q "newer release" <<<"$said" || fail "the older says: $said"
run new validate "$first" --issue stolen-user-funds --as janet | grep -q . || fail "the newer does not go on"
# New work is still the older's, too.
third=$(run old open --as carmen --title third --json | id)
run new answer "$third" coming --as janet >/dev/null
for port in 18470 18471; do
	curl -sf "http://127.0.0.1:$port/healthz" | grep -q '"well":true' || fail "the node at $port is not well"
done
run new export "$first" --out "$dir/record.zip" >/dev/null
"$dir/new" verify "$dir/record.zip" >/dev/null || fail "the record does not verify"
echo "two-releases: $commit and this checkout work side by side"
