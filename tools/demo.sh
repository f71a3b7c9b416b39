#!/bin/sh
# demo.sh BINARY: Unbound as a DNS-over-TLS resolver of a small zone, the proxy before it, nslookup before that; all on loopback.
set -eu
binary=$1
cd "$(dirname "$0")/.."
certs/make.sh

. tools/background.sh

port=${DEMO_PORT:-5300} upstream=${DEMO_UPSTREAM_PORT:-8530}

cat > "$work/unbound.conf" <<CNF
server:
  directory: "$work"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  verbosity: 1
  interface: 127.0.0.1@$upstream
  tls-port: $upstream
  tls-service-key: "$PWD/certs/out/good.key"
  tls-service-pem: "$PWD/certs/out/good.pem"
  local-zone: "example." static
  local-data: "www.example. 300 A 192.0.2.80"
  local-data: "www.example. 300 AAAA 2001:db8::80"
  local-data: "mail.example. 300 A 192.0.2.25"
remote-control:
  control-enable: no
CNF

show() { printf '\n$ %s\n' "$*"; "$@" || true; }

echo "Unbound answers for example. over TLS on 127.0.0.1:$upstream, as dot.test; DotProxy asks it for those who ask 127.0.0.1:$port."
unbound -d -c "$work/unbound.conf" > "$work/unbound.log" 2>&1 & pids="$!"
wait_for "$work/unbound.log" "start of service" "$!"

printf '\n$ dotproxy --listen 127.0.0.1:%s --upstream tls://127.0.0.1:%s#dot.test --ca-file certs/out/ca.pem\n' "$port" "$upstream"
"$binary" --listen "127.0.0.1:$port" --upstream "tls://127.0.0.1:$upstream#dot.test" --ca-file certs/out/ca.pem > "$work/proxy.log" 2>&1 &
pids="$! $pids"
wait_for "$work/proxy.log" "connected to" "$!"
cat "$work/proxy.log"

show nslookup -port="$port" www.example. 127.0.0.1
show nslookup -vc -port="$port" mail.example. 127.0.0.1
show nslookup -port="$port" nothing.example. 127.0.0.1

printf '\nUDP, TCP (-vc) and a name that does not exist: all of it went to the resolver over TLS. Stopping both.\n'
