#!/bin/sh
# test.sh BINARY: runs all tests, those end to end on the native binary given. The last line is "N passed, N failed".
set -u
DOTPROXY_TEST_BINARY=$(readlink -f "$1")
export DOTPROXY_TEST_BINARY

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# What no test runs must compile without a warning too: the benchmark.
dotnet build DotProxy.slnx --nologo -v quiet || { echo "0 passed, 1 failed"; exit 1; }

{ dotnet test --no-build --project tests/DotProxy.Tests.csproj --no-progress; echo "exit $?"; } | tee "$log" | grep -v '^exit '
status=$(sed -n 's/^exit //p' "$log")

count() { sed -n "s/^ *$1: *\([0-9]*\).*/\1/p" "$log" | tail -n 1; }
passed=$(count succeeded) failed=$(count failed)
# No count at all means that nothing ran (it did not compile): that is a failure too.
[ -n "$passed" ] || { passed=0; failed=1; }
[ "$status" = 0 ] || [ "${failed:-0}" != 0 ] || failed=1
echo "$passed passed, ${failed:-0} failed"
[ "${failed:-0}" = 0 ] && [ "$passed" -gt 0 ]
