#!/bin/sh
# faults.sh BINARY [flags]: what clients notice of each fault of an upstream, as the table in bench/out/faults.md. As root, for it needs
# a network of its own, whose packets can be made to vanish. With SOAK=MINUTES: one upstream comes and goes for so long instead.
set -eu
here=$(dirname "$(readlink -f "$0")")
out=$here/out
name=resolver.bench.example
[ $# -ge 1 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "faults.sh: needs root, for a network namespace of its own" >&2; exit 1; }
binary=$(readlink -f "$1")
shift

case $(uname -m) in aarch64) rid=linux-arm64 ;; *) rid=linux-x64 ;; esac
dotnet publish "$here/DotProxy.Bench.csproj" --nologo -v quiet -c Release -r $rid -o "$out"
"$here/certificates.sh" "$out/certificates" $name
# Nobody's authority: a certificate that must not be accepted.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
    -keyout "$out/certificates/bad.key" -out "$out/certificates/bad.pem" 2>/dev/null

# What has no address here leaves by a tunnel that nobody reads: it vanishes, as on a path that has died.
unshare -n sh -c '
    ip link set lo up
    for i in 1 2 3; do ip addr add 10.53.0.$i/32 dev lo; done
    ip tuntap add dev nowhere mode tun
    ip link set nowhere up
    ip addr add 10.99.0.1/32 dev nowhere
    ip route add default dev nowhere
    exec "$@"' sh "$out/DotProxy.Bench" faults --certificates "$out/certificates" --name $name --out "$out/${SOAK:+soak-}faults.md" ${SOAK:+--soak $SOAK} -- "$binary" "$@"
