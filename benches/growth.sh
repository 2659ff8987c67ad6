#!/usr/bin/env bash
# How the cost of a scan grows: with the size of a log, with the share of its lines that hold PHI, with further rules and
# with threads. Prints the tables of docs/performance.md: CPU time of one thread (but for threads: wall time), medians of
# five runs.
#
#   benches/growth.sh            files of up to 1 GB
#   benches/growth.sh 10         and one of 10 GB; they lie in target/tmp/growth
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

texts=target/tmp/growth
phivet=target/release/phivet
rm -rf "$texts"
cargo build --locked --release --quiet
cargo bench --locked --quiet --bench texts -- "$texts" growth

# Seconds of CPU, or of the clock, that a scan takes: the median of five.
seconds() {
    local what=$1
    shift
    for _ in 1 2 3 4 5; do
        { TIMEFORMAT="%U %S %R"; time "$phivet" scan --quiet --exit-zero "$@" >/dev/null; } 2>&1 || return
    done | awk -v what="$what" '{ print (what == "cpu" ? $1 + $2 : $3) }' | sort -n | sed -n 3p
}

# A row of a table: its name, a file, which seconds, how it is scanned. Where phivet fails, all fails.
row() {
    local name=$1 file=$2 what=$3 median
    shift 3
    median=$(seconds "$what" "$@" "$file")
    awk -v name="$name" -v seconds="$median" -v size="$(stat -c %s "$file")" \
        'BEGIN { printf "| %s | %.3f s | %.1f ns |\n", name, seconds, seconds * 1e9 / size }'
}

one() { row "$1" "$2" cpu --isolated --threads 1; }

# So many copies of a text of 1 MB, one after the other.
copies() { for _ in $(seq "$1"); do cat "$texts/size.log"; done >"$texts/$2"; }

printf '| size | CPU | a byte |\n|---|---|---|\n'
head -c 1000 "$texts/size.log" >"$texts/kilo.log"
one '1 kB' "$texts/kilo.log"
one '1 MB' "$texts/size.log"
for sized in '100:100 MB' '1000:1 GB' ${1:+"$((1000 * $1)):$1 GB"}; do
    copies "${sized%%:*}" large.log
    one "${sized#*:}" "$texts/large.log"
done
rm "$texts/large.log"

printf '\n| lines with PHI | CPU | a byte |\n|---|---|---|\n'
for share in 0 1 50 100; do
    one "$(awk -v share="$share" 'BEGIN { printf "%g %%", share / 10 }')" "$texts/share-$share.log"
done

printf '\n| further rules | CPU | a byte |\n|---|---|---|\n'
one 0 "$texts/share-1.log"
for count in 1 20 200; do
    mkdir "$texts/rules-$count"
    for number in $(seq "$count"); do
        # As many shapes as digits: a number that begins with three letters of its own.
        letters=$(printf '%b%b%b' "\\x$(printf %x $((65 + number % 26)))" "\\x$(printf %x $((65 + number / 26)))" Q)
        printf '%s\n' "id: own-$number" "title: Number $number" 'severity: warning' 'safe_harbor: R' \
            'why: It names one person.' 'fix: Leave it out.' 'source: [ourselves]' 'identifier:' '  kind: other_id' \
            "  looks: ['$letters-?\d{$((4 + number % 5)),9}', '\d{$((2 + number % 3))}/$letters/\d{4}']" '  alone: valid' \
            'examples:' "  hit: ['patient ${letters}23456789, mrn 4410927']" "  miss: ['nothing here']" \
            >"$texts/rules-$count/own-$number.yaml"
    done
    printf 'rules: [rules-%s]\n' "$count" >"$texts/rules-$count.yaml"
    row "$count" "$texts/share-1.log" cpu --config "$texts/rules-$count.yaml" --threads 1
done

printf '\n| threads | clock | a byte |\n|---|---|---|\n'
for threads in 1 2; do
    row "$threads" "$texts/share-1.log" clock --isolated --threads "$threads"
done
