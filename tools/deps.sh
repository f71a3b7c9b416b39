#!/bin/sh
# deps.sh PURPOSE...: installs from Debian what the given targets need and this machine lacks. Silent when nothing is missing.
set -eu

packages=""
for purpose in "$@"; do
    case $purpose in
        build) packages="$packages gcc libc6-dev libssl3 ca-certificates" ;;
        run)   packages="$packages libssl3 ca-certificates" ;;
        certs) packages="$packages openssl" ;;
        demo)  packages="$packages openssl unbound bind9-dnsutils" ;;
        test)  packages="$packages openssl unbound bind9-dnsutils knot-dnsutils git" ;;
        bench) packages="$packages openssl unbound dnsdist smartdns iproute2 util-linux" ;;
        faults) packages="$packages openssl unbound dnsdist knot-resolver iproute2 util-linux" ;;
        image) command -v docker >/dev/null && docker info >/dev/null 2>&1 || packages="$packages buildah" ;;
        static) packages="$packages gcc libc6-dev libssl-dev cmake make ca-certificates" ;;
        local-sdk) packages="$packages debootstrap ca-certificates" ;;
        image-test) packages="$packages openssl unbound bind9-dnsutils iproute2 util-linux" ;;
        *) echo "deps.sh: unknown purpose '$purpose'" >&2; exit 2 ;;
    esac
done

case " $* " in *" build "* | *" test "*)
    command -v dotnet >/dev/null || {
        echo "The .NET SDK 10 is missing, and Debian has no package of it: see https://learn.microsoft.com/dotnet/core/install/linux" >&2
        exit 1
    } ;;
esac

command -v dpkg-query >/dev/null || { echo "deps.sh: no dpkg here; install these yourself:$packages" >&2; exit 0; }

missing=""
for package in $packages; do
    # A package that was renamed (libssl3t64) counts when something provides its name.
    dpkg-query -W -f '${Status} ${Package} ${Provides}\n' 2>/dev/null \
        | grep -Eq "^install ok installed (.* )?$package([ ,(:]|\$)" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing:$missing"

# The servers are parts of tests here: they must not start as services of this machine.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
    $sudo chmod +x $policy
    trap '$sudo rm -f $policy' EXIT
fi
log=$(mktemp)
# shellcheck disable=SC2086
if ! { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "deps.sh: installing$missing failed" >&2
    exit 1
fi
rm -f "$log"
