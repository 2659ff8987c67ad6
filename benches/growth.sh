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
        { TIMEFORMAT="%U %S %R"; time "$phivet" scan --quiet --exit-zero "$@" >/dev/null; } 2>&1 | tail -n 1
    done | awk -v what="$what" '{ print (what == "cpu" ? $1 + $2 : $3) }' | sort -n | sed -n 3p
}

one() { seconds cpu --isolated --threads 1 "$@"; }

row() { # name, seconds, bytes
    awk -v name="$1" -v seconds="$2" -v size="$3" \
        'BEGIN { printf "| %s | %.3f s | %.1f ns |\n", name, seconds, seconds * 1e9 / size }'
}

size() { stat -c %s "$1"; }

# So many copies of a text of 1 MB, one after the other.
copies() { for _ in $(seq "$1"); do cat "$texts/size.log"; done >"$texts/$2"; }

printf '| size | CPU | a byte |\n|---|---|---|\n'
head -c 1000 "$texts/size.log" >"$texts/kilo.log"
row '1 kB' "$(one "$texts/kilo.log")" "$(size "$texts/kilo.log")"
row '1 MB' "$(one "$texts/size.log")" "$(size "$texts/size.log")"
for sized in '100:100 MB' '1000:1 GB' ${1:+"$((1000 * $1)):$1 GB"}; do
    copies "${sized%%:*}" large.log
    row "${sized#*:}" "$(one "$texts/large.log")" "$(size "$texts/large.log")"
done
rm "$texts/large.log"

printf '\n| lines with PHI | CPU | a byte |\n|---|---|---|\n'
for share in 0 1 50 100; do
    log=$texts/share-$share.log
    row "$(awk -v share="$share" 'BEGIN { printf "%g %%", share / 10 }')" "$(one "$log")" "$(size "$log")"
done

printf '\n| further rules | CPU | a byte |\n|---|---|---|\n'
for count in 0 1 20 200; do
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
    row "$count" "$(seconds cpu --config "$texts/rules-$count.yaml" --threads 1 "$texts/share-1.log")" \
        "$(size "$texts/share-1.log")"
done

printf '\n| threads | clock | a byte |\n|---|---|---|\n'
for threads in 1 2; do
    row "$threads" "$(seconds clock --isolated --threads "$threads" "$texts/share-1.log")" "$(size "$texts/share-1.log")"
done
