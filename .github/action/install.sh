#!/usr/bin/env bash
# Puts the path of a phivet into the step's output `binary`: the one that is named, or a release, checked.
set -euo pipefail

output() { printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"; }
fail() { printf '::error title=phivet::%s\n' "$1"; exit 2; }

if [ -n "${PHIVET_ACTION_BINARY:-}" ]; then
  found=$(command -v -- "$PHIVET_ACTION_BINARY") || fail "there is no program at the path that \`binary\` names"
  output binary "$found"
  exit 0
fi

is_release() { [[ "$1" =~ ^v[0-9]+\.[0-9]+\.[0-9]+([-.][0-9A-Za-z.]+)?$ ]]; }
version=${PHIVET_ACTION_VERSION:-}
if [ -z "$version" ]; then
  version=${PHIVET_ACTION_REF:-}
  # Used by a commit or a branch, it takes the release that it is itself.
  is_release "$version" || version="v$(sed -n 's/^version = "\(.*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -n 1)"
fi
is_release "$version" || fail "name a release in \`version\`, as v0.1.0"

case "${RUNNER_OS}-${RUNNER_ARCH}" in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) fail "there is no release for ${RUNNER_OS} on ${RUNNER_ARCH}; build phivet and name it in \`binary\`" ;;
esac

archive="phivet-${version}-${target}.tar.gz"
from="${PHIVET_ACTION_SERVER}/${PHIVET_ACTION_REPOSITORY}/releases/download/${version}"
folder="${RUNNER_TEMP}/phivet-${version}"
mkdir -p "$folder"
cd "$folder"
fetch() { curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 --output "$1" "$from/$1"; }
fetch "$archive" || fail "the release $version has no $archive"
if [ -n "${PHIVET_ACTION_CHECKSUM:-}" ]; then
  printf '%s  %s\n' "$PHIVET_ACTION_CHECKSUM" "$archive" > wanted.txt
else
  fetch SHA256SUMS || fail "the release $version has no SHA256SUMS"
  grep -F "  $archive" SHA256SUMS > wanted.txt || fail "SHA256SUMS does not name $archive"
fi
if command -v sha256sum > /dev/null; then check=(sha256sum); else check=(shasum -a 256); fi
"${check[@]}" --check wanted.txt > /dev/null || fail "the checksum of $archive is not the one that was published"
tar -xzf "$archive"
name=phivet
[ "$RUNNER_OS" != Windows ] || name=phivet.exe
output binary "$folder/$name"
