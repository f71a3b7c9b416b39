#!/bin/sh
# image.sh [DIR]: builds the container image dotproxy:VERSION with docker or buildah, whichever is there and works, and prints its size.
# SDK=IMAGE names the base of the build; without it Microsoft's, or where that cannot be pulled one made of this machine's own SDK.
# With DIR, what the image holds is unpacked into DIR/root, DIR/image is its name, and DIR/config says as whom it runs what in which environment.
set -eu

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
image=dotproxy:$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo

if command -v docker >/dev/null && docker info >/dev/null 2>&1; then
    tool=docker
    has() { docker image inspect "$1" >/dev/null 2>&1; }
    pull() { docker pull "$1"; }
    build() { docker build "$@"; }
    archive() { docker save "$1" | gzip >"$2"; }
    config() { docker image inspect -f '{{.Config.User}} {{index .Config.Entrypoint 0}}{{range .Config.Env}} {{.}}{{end}}' "$1"; }
    unpack() {
        container=$(docker create "$1")
        docker export "$container" | tar -x -C "$2" --exclude=dev --exclude=proc --exclude=sys --exclude=etc/host* --exclude=etc/resolv.conf --exclude=etc/mtab --exclude=.dockerenv
        docker rm "$container" >/dev/null
    }
else
    # As root: buildah without root needs newuidmap and ranges of ids. With chroot: it needs no runtime, so it works inside of a container too.
    tool=buildah
    has() { $sudo buildah inspect --type image "$1" >/dev/null 2>&1; }
    pull() { $sudo buildah pull "$1"; }
    build() { $sudo buildah build --isolation chroot --network host --layers "$@"; }
    archive() { $sudo buildah push -q "$1" "oci-archive:$2"; }
    config() { $sudo buildah inspect --type image --format '{{.OCIv1.Config.User}} {{index .OCIv1.Config.Entrypoint 0}}{{range .OCIv1.Config.Env}} {{.}}{{end}}' "$1"; }
    unpack() {
        container=$($sudo buildah from --pull-never "$1")
        $sudo cp -a "$($sudo buildah mount "$container")/." "$2"
        $sudo buildah rm "$container" >/dev/null
    }
fi

logged() {
    "$@" >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; echo "image.sh: '$1' failed" >&2; exit 1; }
}

# The machine's own authorities come along: a mirror or a proxy may be known by them alone. The image does not get them.
make_local_sdk() {
    tools/deps.sh local-sdk
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    base=$work/base/root
    logged $sudo debootstrap --variant=minbase --include=ca-certificates,libstdc++6 "$codename" "$base"
    $sudo cp -a "$(dirname "$(readlink -f "$(command -v dotnet)")")" "$base/usr/share/dotnet"
    $sudo ln -s ../share/dotnet/dotnet "$base/usr/bin/dotnet"
    $sudo cp /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/"
    printf 'FROM scratch\nCOPY root/ /\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1\n' >"$work/base/Dockerfile"
    logged build -t "$1" -f "$work/base/Dockerfile" "$work/base"
    $sudo rm -rf "$work/base"
}

if [ -z "${SDK:-}" ]; then
    SDK=$(sed -n 's/^ARG SDK=//p' Dockerfile.distroless)
    if ! has "$SDK" && ! pull "$SDK" >"$work/log" 2>&1; then
        echo "cannot pull $SDK ($(tail -n 1 "$work/log"))"
        SDK=localhost/dotproxy-sdk:$(dotnet --version)
        echo "building on $SDK instead: Debian's packages and this machine's .NET SDK $(dotnet --version)"
        has "$SDK" || make_local_sdk "$SDK"
    fi
fi

logged build -f Dockerfile.distroless --build-arg "SDK=$SDK" --build-arg "VERSION=$version" -t "$image" .
mkdir "$work/root"
unpack "$image" "$work/root"
archive "$image" "$work/image.tar"

mb() { awk -v bytes="$1" 'BEGIN { printf "%.1f MB", bytes / 1e6 }'; }
bytes() { find "$@" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }'; }
echo "$tool built $image: $(mb "$(bytes "$work/root")") unpacked ($(mb "$(bytes "$work/root/dotproxy")") of it the executable), $(mb "$(bytes "$work/image.tar")") compressed"

if [ $# -gt 0 ]; then
    echo "$image" >"$1/image"
    echo "$(config "$image")" >"$1/config"
    mv "$work/root" "$1/root"
fi
