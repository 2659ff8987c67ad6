#!/usr/bin/env bash
# How many instructions phivet takes for a byte of each text, and to start: numbers that do not wobble with the load of
# the machine. Needs valgrind, which shows programs a processor with AVX2.
#
#   benches/instructions.sh            prints them beside those of benches/instructions.tsv
#   benches/instructions.sh --check    fails when one has risen by more than 10 %
#   benches/instructions.sh --write    writes benches/instructions.tsv
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

known=benches/instructions.tsv
texts=target/tmp/instructions
rm -rf "$texts"
cargo build --locked --release --quiet
cargo bench --locked --quiet --bench texts -- "$texts"
printf 'nothing\n' >"$texts/start.log"

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        target/release/phivet scan --isolated --threads 1 --quiet --exit-zero "$1" 2>&1 >/dev/null |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

start=$(count "$texts/start.log")
rows=$(
    printf 'start\t%s\n' "$start"
    for text in "$texts"/*; do
        name=$(basename "$text")
        [ "$name" = start.log ] && continue
        all=$(count "$text")
        awk -v name="$name" -v all="$all" -v start="$start" -v size="$(stat -c %s "$text")" \
            'BEGIN { printf "%s\t%.1f\n", name, (all - start) / size }'
    done
)

if [ "${1:-}" = --write ]; then
    printf '# instructions to start, then a byte of each text; benches/instructions.sh --write\n%s\n' "$rows" >"$known"
fi
printf '%s\n' "$rows" | awk -F '\t' -v check="${1:-}" '
    FNR == NR { if ($1 !~ /^#/) was[$1] = $2; next }
    {
        if (!($1 in was)) {
            printf "%-20s %12s   not in benches/instructions.tsv\n", $1, $2
            bad = 1
            next
        }
        rise = 100 * ($2 / was[$1] - 1)
        printf "%-20s %12s   %+6.1f %%\n", $1, $2, rise
        if (rise > 10) { bad = 1 }
    }
    END { if (bad && check == "--check") { print "more than 10 % above benches/instructions.tsv, or not in it"; exit 1 } }
' "$known" -
