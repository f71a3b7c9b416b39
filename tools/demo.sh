#!/bin/sh
# demo.sh BINARY: Unbound as a DNS-over-TLS resolver of a small zone, the proxy before it, nslookup before that; all on loopback.
# DEMO_PORT and DEMO_UPSTREAM_PORT choose other ports. Exit code 1 where a name is not answered as it should be.
set -eu
binary=$1
cd "$(dirname "$0")/.."
certs/make.sh

. tools/background.sh

port=${DEMO_PORT:-5301} upstream=${DEMO_UPSTREAM_PORT:-8530}

fail() { echo "make demo: $*" >&2; exit 1; }

# await FILE TEXT PID PORT VARIABLE: a port that is busy is all there is to say; what else goes wrong is in the file
await() {
    ( wait_for "$1" "$2" "$3" ) 2> "$work/failure" && return
    grep -q 'taken by another process\|Address already in use' "$1" && fail "port $4 is busy; choose another one: $5=$(($4 + 1)) make demo"
    cat "$work/failure" >&2
    exit 1
}

# Not sharing the port: a second Unbound on it would take half of the questions.
cat > "$work/unbound.conf" <<CNF
server:
  directory: "$work"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  verbosity: 1
  so-reuseport: no
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
unbound -d -c "$work/unbound.conf" > "$work/unbound.log" 2>&1 & pids="$!"
await "$work/unbound.log" "start of service" "$!" "$upstream" DEMO_UPSTREAM_PORT

"$binary" --listen "127.0.0.1:$port" --upstream "tls://127.0.0.1:$upstream#dot.test" --ca-file certs/out/ca.pem > "$work/proxy.log" 2>&1 &
pids="$! $pids"
await "$work/proxy.log" "connected to" "$!" "$port" DEMO_PORT

echo "Unbound answers for example. over TLS on 127.0.0.1:$upstream, as dot.test; DotProxy asks it for those who ask 127.0.0.1:$port."
printf '\n$ dotproxy --listen 127.0.0.1:%s --upstream tls://127.0.0.1:%s#dot.test --ca-file certs/out/ca.pem\n' "$port" "$upstream"
cat "$work/proxy.log"

# ask "ANSWER..." ARGUMENT...: shows what nslookup prints, which must hold each answer
ask() {
    answers=$1
    shift
    printf '\n$ nslookup %s\n' "$*"
    nslookup "$@" > "$work/answer" 2>&1 || true
    cat "$work/answer"
    for answer in $answers; do
        grep -qF "$answer" "$work/answer" || fail "nslookup should have printed $answer"
    done
}

ask "192.0.2.80 2001:db8::80" -port="$port" www.example. 127.0.0.1
ask "192.0.2.25" -vc -port="$port" mail.example. 127.0.0.1
ask "NXDOMAIN" -port="$port" nothing.example. 127.0.0.1

printf '\nUDP, TCP (-vc) and a name that does not exist: all of it went to the resolver over TLS. Stopping both.\n'
