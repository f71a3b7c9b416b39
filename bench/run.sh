#!/bin/sh
# run.sh [--quick] BINARY [flags]: measures BINARY beside the peers that are installed, and its parts alone. Results in bench/out.
#   --quick   one short round: shows that it works, not how fast it is
#   PATIENCE  seconds to wait in all for a quiet machine, and to repeat what was disturbed; 60
set -eu
here=$(dirname "$(readlink -f "$0")")
out=$here/out
name=resolver.bench.example

rounds=3 seconds=2 patience=${PATIENCE:-60} million=yes
[ "${1:-}" != --quick ] || { rounds=1 seconds=1 patience=0 million=no; shift; }
[ $# -ge 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
binary=$(readlink -f "$1")
shift

# Two runs at a time would measure each other.
exec 8>"${TMPDIR:-/tmp}/dotproxy-bench.lock"
flock -n 8 || { echo "waiting for another run of this benchmark to end" >&2; flock 8; }

case $(uname -m) in aarch64) rid=linux-arm64 ;; *) rid=linux-x64 ;; esac
dotnet publish "$here/DotProxy.Bench.csproj" --nologo -v quiet -c Release -r $rid -o "$out"
"$here/certificates.sh" "$out/certificates" $name

ahead=""
[ "$(id -u)" != 0 ] || ahead="nice -n -15"
[ $million = no ] || $ahead "$out/DotProxy.Bench" micro >"$out/micro.md"

set -- "$out/DotProxy.Bench" run --certificates "$out/certificates" --name $name --out "$out" \
    --rounds $rounds --seconds $seconds --patience $patience --million $million -- "$binary" "$@"
# A namespace of its own holds loopback and nothing else: no packet can leave, no firewall rule costs time, every port is free.
if [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null; then
    unshare -n sh -c 'ip link set lo up && exec "$@"' sh "$@"
else
    "$@"
fi
[ $million = no ] || cat "$out/micro.md"
