#!/bin/sh
# certificates.sh DIR HOSTNAME: an authority that lives for this bench only, and the upstream's certificate from it.
set -eu
mkdir -p "$1"
cd "$1"
[ ! -s upstream.pem ] || ! openssl x509 -in upstream.pem -noout -checkend 3600 >/dev/null || exit 0

{
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout ca.key -out ca.pem \
        -subj "/CN=DotProxy bench authority" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout upstream.key -out upstream.csr -subj "/CN=$2"
    printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:%s\n' "$2" >upstream.ext
    openssl x509 -req -in upstream.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile upstream.ext -out upstream.pem
} >openssl.log 2>&1 || { cat openssl.log >&2; exit 1; }
rm -f openssl.log upstream.csr upstream.ext ca.key ca.srl
