#!/bin/sh
# make.sh [DIRECTORY]: makes a test CA and the certificates that demo, tests and benchmarks use; nothing here is for production.
# Private keys are never committed: they are made anew where they are needed. Each NAME.pem is leaf and CA, each NAME.key its key.
#   good        dot.test, localhost, 127.0.0.1, ::1      client      a client's, for mutual TLS
#   wrongname   wrong.test only                          cnonly      CN=dot.test and no alternative name
#   expired     ended yesterday                          notyet      begins in ten years
#   unknownca   signed by a CA that nobody trusts        selfsigned  signed by itself
set -eu
out=${1:-$(dirname "$0")/out}
mkdir -p "$out"
cd "$out"
[ -e complete ] && exit 0

names=DNS:dot.test,DNS:localhost,IP:127.0.0.1,IP:::1
quiet() { openssl "$@" 2>openssl.log || { cat openssl.log >&2; exit 1; }; }
key() { quiet genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; chmod 600 "$1.key"; }
day() { date -u -d "$1 days" +%Y%m%d%H%M%SZ; }

# authority NAME SUBJECT
authority() {
    key "$1"
    quiet req -x509 -new -key "$1.key" -out "$1.pem" -days 3650 -subj "$2" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

# leaf NAME AUTHORITY COMMON_NAME ALTERNATIVE_NAMES USAGE FROM_DAY TO_DAY
leaf() {
    key "$1"
    quiet req -new -key "$1.key" -out "$1.csr" -subj "/CN=$3"
    { echo "basicConstraints=CA:FALSE"; echo "keyUsage=digitalSignature"; echo "extendedKeyUsage=$5"
      [ -z "$4" ] || echo "subjectAltName=$4"; } > "$1.ext"
    # "openssl ca" is the one command of OpenSSL 3.0 that sets both dates.
    : > index.txt
    cat > ca.cnf <<CNF
[ca]
default_ca = authority
[authority]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = policy
unique_subject = no
[policy]
commonName = supplied
CNF
    quiet ca -batch -notext -config ca.cnf -cert "$2.pem" -keyfile "$2.key" -in "$1.csr" -out "$1.crt" -extfile "$1.ext" \
        -startdate "$(day "$6")" -enddate "$(day "$7")"
    cat "$1.crt" "$2.pem" > "$1.pem"
}

authority ca "/CN=DotProxy test CA"
authority otherca "/CN=Another test CA"
leaf good       ca      dot.test   "$names"      serverAuth -1 3650
leaf wrongname  ca      wrong.test DNS:wrong.test serverAuth -1 3650
leaf cnonly     ca      dot.test   ""            serverAuth -1 3650
leaf expired    ca      dot.test   "$names"      serverAuth -30 -1
leaf notyet     ca      dot.test   "$names"      serverAuth 3600 3650
leaf unknownca  otherca dot.test   "$names"      serverAuth -1 3650
leaf client     ca      dotproxy   ""            clientAuth -1 3650
key selfsigned
quiet req -x509 -new -key selfsigned.key -out selfsigned.pem -days 3650 -subj /CN=dot.test -addext "subjectAltName=$names"

rm -f ./*.csr ./*.ext ./*.crt index.txt* ca.cnf openssl.log ./*[0-9A-F][0-9A-F][0-9A-F][0-9A-F].pem
touch complete
