#!/bin/sh
# size.sh BINARY: the binary's octets, the time from exec to listening and the resident memory when idle, each beside its bound.
# Exit 1 where the size or the memory is over it; the time is only shown, since it depends on who else is busy.
set -eu
binary=$(readlink -f "$1")
cd "$(dirname "$0")/.."
certs/make.sh

. tools/background.sh

openssl s_server -accept 127.0.0.1:0 -cert certs/out/good.pem -key certs/out/good.key -alpn dot -www > "$work/server.log" 2>&1 < /dev/null &
server=$! pids="$!"
wait_for "$work/server.log" "ACCEPT 127" "$server"
port=$(sed -n 's/^ACCEPT 127.0.0.1://p' "$work/server.log" | head -n 1)

# Both are the best of ten: what the machine can do, not what disturbed it, and the kernel maps now more of a file's pages, now fewer.
# The proxy stamps its own first line.
best=999999 resident=999999
for run in 1 2 3 4 5 6 7 8 9 10; do
    : > "$work/proxy.log"
    start=$(date +%s%3N)
    "$binary" --listen 127.0.0.1:0 --upstream "tls://127.0.0.1:$port#dot.test" --ca-file certs/out/ca.pem > "$work/proxy.log" 2>&1 &
    proxy=$! pids="$! $server"
    wait_for "$work/proxy.log" "listening on" "$proxy"
    stamp=$(sed -n 's/ .*listening on.*//p' "$work/proxy.log" | head -n 1)
    took=$(($(date -d "$stamp" +%s%3N) - start))
    [ "$took" -ge "$best" ] || best=$took
    wait_for "$work/proxy.log" "connected to" "$proxy"
    holds=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$proxy/status")
    [ "$holds" -ge "$resident" ] || resident=$holds
    kill "$proxy"
    wait "$proxy" || true
done

octets=$(stat -c %s "$binary")

printf 'binary            %9s octets (at most 7 000 000)\n' "$octets"
printf 'exec to listening %9s ms     (within 20)\n' "$best"
printf 'idle, connected   %9s KiB    (at most 14 336)\n' "$resident"
[ "$octets" -le 7000000 ] && [ "$resident" -le 14336 ]
