#!/usr/bin/env bash
# What a scan costs beside ripgrep: CPU time, medians of five alternating runs on one thread. ripgrep looks for one text
# that is not there, and for twenty patterns that somebody would grep for; it does less, and tells how fast the machine is.
#
#   benches/ripgrep.sh PATH...              for each file or folder; needs `rg`
#   benches/ripgrep.sh --avx2 PATH...       phivet as on a processor without AVX-512
#   benches/ripgrep.sh --portable PATH...   phivet without vector instructions of its own
set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=target
case ${1:-} in
    --avx2 | --portable)
        target=target/${1#--}
        export RUSTFLAGS="${RUSTFLAGS:-} --cfg phivet_${1#--}"
        shift
        ;;
esac
[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
(cd "$here/.." && cargo build --locked --release --quiet --target-dir "$target")
phivet=$here/../$target/release/phivet

# Seconds of CPU of one run. `rg` exits with 1 where nothing matches.
seconds() {
    { TIMEFORMAT="%U %S"; time { "$@" >/dev/null || [ $? -eq 1 ]; }; } 2>&1 | awk 'END { print $1 + $2 }'
}

median() { sort -n | sed -n 3p; }

printf '| what | phivet | rg, one text | rg, 20 patterns | ratios |\n|---|---|---|---|---|\n'
for path in "$@"; do
    ours='' text='' patterns=''
    for _ in 1 2 3 4 5; do
        ours+=$(seconds "$phivet" scan --isolated --threads 1 --quiet --exit-zero "$path")$'\n'
        text+=$(seconds rg --no-config -uu -j1 -c QzxNotThere "$path")$'\n'
        patterns+=$(seconds rg --no-config -uu --no-unicode -j1 -c -f "$here/patterns.txt" "$path")$'\n'
    done
    printf '%s %s %s\n' "$(median <<<"${ours%$'\n'}")" "$(median <<<"${text%$'\n'}")" \
        "$(median <<<"${patterns%$'\n'}")" | awk -v path="$(basename "$path")" '{
            printf "| %s | %.2f s | %.2f s | %.2f s | %.1f, %.1f |\n", path, $1, $2, $3, $1 / $2, $1 / $3
        }'
done
