#!/bin/bash
# image-test.sh: builds the image, puts what it holds into an empty root and asks it names through a local resolver behind TLS.
# In namespaces of its own for network, mounts and processes: every port is free, nothing leaves the machine, and the kernel ends what is left.
set -euo pipefail

if [ "${1:-}" != inside ]; then
    work=$(mktemp -d)
    sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    trap '$sudo rm -rf "$work"' EXIT
    "$(dirname "$0")/image.sh" "$work"
    $sudo unshare --net --mount --pid --fork --kill-child --mount-proc "$0" inside "$work"
    exit
fi

cd "$2"
chmod 755 .
read -r user entrypoint environment <config
passed=0 failed=0

check() {
    local what=$1
    shift
    if "$@" >check.out 2>&1; then
        passed=$((passed + 1))
        echo "  ok    $what"
    else
        failed=$((failed + 1))
        echo "  FAIL  $what"
        sed 's/^/        /' check.out
    fi
}

until_true() {
    local tries
    for tries in {1..200}; do
        "$@" >/dev/null 2>&1 && return
        sleep 0.05
    done
    echo "in vain for ${tries} tries: $*"
    return 1
}

make_certificates() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Test CA' -keyout ca.key -out ca.pem
    openssl req -newkey rsa:2048 -nodes -subj '/CN=resolver' -keyout resolver.key -out resolver.csr
    openssl x509 -req -in resolver.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out resolver.pem \
        -extfile <(echo 'subjectAltName = DNS:resolver.test')
}

# Idle connections are closed soon, so that the proxy has to come back and its session can be resumed.
start_resolver() {
    cat >unbound.conf <<EOF
server:
    interface: 127.0.0.1@853
    tls-port: 853
    tls-service-key: $PWD/resolver.key
    tls-service-pem: $PWD/resolver.pem
    tcp-idle-timeout: 200
    extended-statistics: yes
    do-daemonize: no
    use-syslog: no
    username: ""
    chroot: ""
    pidfile: ""
    local-zone: "test." static
    local-data: "www.test. 300 A 192.0.2.7"
remote-control:
    control-enable: yes
    control-interface: $PWD/control.sock
EOF
    unbound -c unbound.conf -d >unbound.log 2>&1 &
    until_true statistic num.query.tls
}

statistic() { unbound-control -c unbound.conf stats_noreset | sed -n "s/^$1=//p" | grep .; }

# in_root ROOT VARIABLE ARGUMENT...: as a runtime would start it, with the image's user, environment and command. Takes the calling subshell over.
in_root() {
    exec env -i $environment $2 "$(command -v chroot)" --userspec="$user" "$1" "$entrypoint" "${@:3}"
}

start() {
    rm -f proxy.log
    "$@" >proxy.log 2>&1 &
    proxy=$!
    until_true grep -q 'trusts' proxy.log || { cat proxy.log; echo "FAIL  it does not start"; exit 1; }
}

# Each step by &&, here and below: inside of a check's condition, the shell does not stop at an error.
stops_cleanly() { kill -TERM "$proxy" && wait "$proxy" && tail -n 1 proxy.log | grep stopped; }

is() { [ "$1" = "$2" ] || { printf 'expected: %s\ngot:      %s\n' "$1" "$2"; return 1; }; }
shows() {
    local output
    output=$("${@:2}" 2>&1) || true
    echo "$output"
    grep -q "$1" <<<"$output"
}
answers() { shows '192\.0\.2\.7' nslookup -retry=0 "$@" www.test. 127.0.0.1; }
refuses() { shows "status: SERVFAIL" dig @127.0.0.1 +tries=1 www.test. && shows "EDE: .*$1" dig @127.0.0.1 +tries=1 www.test.; }
is_idle() { [ -z "$(ss -Htn state established dport = :853)" ]; }
resumes() { until_true is_idle && is 0 "$(statistic num.query.tls.resume)" && answers && [ "$(statistic num.query.tls.resume)" -gt 0 ]; }
has_ended() { ! kill -0 "$proxy"; }
refuses_to_start() {
    local status=0
    "${@:2}" >proxy.log 2>&1 &
    proxy=$!
    until_true has_ended && { wait "$proxy" || status=$?; } && cat proxy.log && is 2 "$status" && grep -q "$1" proxy.log
}

answers_as_it_should() {
    check "nslookup over UDP" answers
    check "nslookup over TCP" answers -vc
}

ip link set lo up
echo 53 >/proc/sys/net/ipv4/ip_unprivileged_port_start # as Docker does for its containers
make_certificates >openssl.log 2>&1 || { cat openssl.log; exit 1; }
start_resolver || { cat unbound.log; exit 1; }
upstream=tls://127.0.0.1#resolver.test

echo "The image"
check "runs /dotproxy as 65532" is "65532:65532 /dotproxy" "$user $entrypoint"
check "holds two files" is "root/dotproxy root/etc/ssl/certs/ca-certificates.crt" "$(find root ! -type d | sort | xargs)"
cp -a root bare
rm -r bare/etc
cp ca.pem root/ca.pem

echo "In an empty root, with --ca-file"
start in_root root "" --upstream $upstream --ca-file /ca.pem
answers_as_it_should
check "the TLS session is resumed when the resolver has closed an idle connection" resumes
check "stops with exit code 0" stops_cleanly

echo "In an empty root, with SSL_CERT_FILE"
start in_root root SSL_CERT_FILE=/ca.pem --upstream $upstream
answers_as_it_should
check "stops with exit code 0" stops_cleanly

echo "The handshake"
tail -f /dev/null | openssl s_server -accept 127.0.0.1:8853 -alpn dot -key resolver.key -cert resolver.pem >s_server.log 2>&1 &
until_true grep -q ACCEPT s_server.log
start in_root root "" --upstream tls://127.0.0.1:8853#resolver.test --ca-file /ca.pem
dig @127.0.0.1 +tries=1 +time=1 www.test. >/dev/null || true
check "ALPN is dot" until_true grep -q 'ALPN protocols selected: dot' s_server.log
check "stops with exit code 0" stops_cleanly

echo "Certificates that must not do"
start in_root root "" --upstream tls://127.0.0.1#other.test --ca-file /ca.pem
check "another name: SERVFAIL and why" refuses 'wrong name'
check "stops with exit code 0" stops_cleanly
start in_root root "" --upstream $upstream
check "the image's own bundle is used" grep -q 'certificate authorities in /etc/ssl/certs/ca-certificates.crt' proxy.log
check "an authority that is not in it: SERVFAIL and why" refuses 'unknown authority'
check "stops with exit code 0" stops_cleanly
check "no bundle at all: exit code 2 and why" refuses_to_start 'no certificate authorities found' in_root bare "" --upstream $upstream

if command -v podman >/dev/null && command -v runc >/dev/null && podman image exists "$(cat image)" 2>/dev/null; then
    echo "In a container: podman and runc, read-only, without a capability"
    start podman run --rm --runtime runc --network host --read-only --cap-drop all --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
        -v "$PWD/ca.pem:/ca.pem:ro" "$(cat image)" --upstream $upstream --ca-file /ca.pem
    answers_as_it_should
    check "stops with exit code 0" stops_cleanly
else
    echo "In a container: left out, for podman and runc are not both here"
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
