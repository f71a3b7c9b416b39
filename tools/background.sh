# Sourced by scripts that run servers beside them: a directory, $work, and what is in $pids are gone when the script ends.

work=$(mktemp -d)
pids=""
cleanup() {
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    for pid in $pids; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# wait_for FILE TEXT PID: until the file has a line with the text, at most ten seconds and while the process lives
wait_for() {
    tries=5000
    until grep -q "$2" "$1" 2>/dev/null; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] && kill -0 "$3" 2>/dev/null || { cat "$1" >&2; echo "$0: no '$2' came" >&2; exit 1; }
        sleep 0.002
    done
}
