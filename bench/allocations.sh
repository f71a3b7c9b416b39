#!/bin/bash
# allocations.sh BINARY: counts the objects that BINARY allocates while it forwards hundreds of thousands of queries. A probe stands
# on each of the runtime's allocators, so nothing is sampled or estimated and the product needs no switch for it.
# Needs root, perf (Debian's linux-perf), binutils, BINARY.dbg beside BINARY, and bench/out as bench/run.sh leaves it.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
binary=$(readlink -f "$1")
if [ -z "${DOTPROXY_BENCH_NAMESPACE:-}" ]; then
    exec env DOTPROXY_BENCH_NAMESPACE=1 unshare -n sh -c 'ip link set lo up && exec "$@"' sh "$0" "$binary"
fi

work=$(mktemp -d)
group=dotproxy_bench_$$ tracing=/sys/kernel/tracing started=() probes=()
finish() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for probe in "${probes[@]}"; do echo "-:$group/$probe" >>$tracing/uprobe_events; done
    rm -rf "$work"
}
trap finish EXIT

# The text segment: what to take from an address to have the offset in the file.
read -r offset address < <(readelf -lW "$binary" | awk '$1 == "LOAD" && / R E / { print $2, $3 }')
for symbol in RhpNewFast RhpNewFinalizable RhpNewArrayFast RhpNewPtrArrayFast RhpNewObject RhpNewVariableSizeObject RhNewString; do
    at=$(nm "$binary.dbg" | awk -v symbol=$symbol '$3 == symbol { print $1 }')
    [ -n "$at" ] || { echo "no $symbol in $binary.dbg" >&2; exit 1; }
    printf 'p:%s/%s %s:0x%x\n' $group $symbol "$binary" $((0x$at - address + offset)) >>$tracing/uprobe_events
    probes+=($symbol)
done

cd "$here/out"
mkfifo "$work/commands"
exec 9<>"$work/commands"
./DotProxy.Bench upstream --listen 127.0.0.1:8853 --certificate certificates/upstream.pem --key certificates/upstream.key <&9 >/dev/null &
started+=($!)
"$binary" --listen 127.0.0.1:5300 --upstream tls://127.0.0.1:8853#resolver.bench.example --ca-file certificates/ca.pem >/dev/null &
proxy=$!
started+=($proxy)
load() { ./DotProxy.Bench load --server 127.0.0.1:5300 --window 256 --seconds "$1"; }
for _ in $(seq 50); do load 0.1 | grep '"failures":0[,}]' >/dev/null && break; done
load 2 >/dev/null

events=$(printf ",$group:%s" "${probes[@]}")
perf stat -x, -o "$work/counts" -e "${events#,}" -p $proxy -- ./DotProxy.Bench load --server 127.0.0.1:5300 --window 256 --seconds 3 >"$work/load"
objects=$(awk -F, '/dotproxy_bench/ { sum += $1 } END { print sum + 0 }' "$work/counts")
queries=$(sed -n 's/.*"answered":\([0-9]*\).*/\1/p' "$work/load")
echo "$objects objects for $queries queries"
awk -F, '/dotproxy_bench/ && $1 > 0 { print "  " $1, $3 }' "$work/counts"
# The sweep over timeouts has a few of its own, four times a second; a query has none.
[ "$queries" -gt 10000 ] && [ $((objects * 1000)) -lt "$queries" ]
