#!/usr/bin/env bash
# Scans, writes SARIF, annotations and the job's summary, and keeps the exit code for after the upload.
set -euo pipefail

output() { printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"; }

upload=$PHIVET_ACTION_UPLOAD
if [ "$upload" = auto ]; then
  upload=true
  [ "${PHIVET_ACTION_FORK:-}" != true ] || upload=false
fi
annotations=$PHIVET_ACTION_ANNOTATIONS
if [ "$annotations" = auto ]; then
  annotations=true
  [ "$upload" != true ] || annotations=false
fi
# In a pull request: what it adds, under the rules of its base.
base() { case "$1" in auto) printf '%s' "${PHIVET_ACTION_BASE_SHA:-}" ;; none) ;; *) printf '%s' "$1" ;; esac; }

sarif="${RUNNER_TEMP}/phivet.sarif"
lines="${RUNNER_TEMP}/phivet.jsonl"
page="${RUNNER_TEMP}/phivet.md"
arguments=(scan --no-progress --format concise --output "sarif=$sarif" --output "jsonl=$lines" --output "markdown=$page")
if [ "$annotations" = true ]; then
  arguments=(scan --no-progress --format github --output "sarif=$sarif" --output "jsonl=$lines" --output "markdown=$page")
fi
with() { [ -z "$2" ] || arguments+=("$1" "$2"); }
with --config "$PHIVET_ACTION_CONFIG"
with --baseline "$PHIVET_ACTION_BASELINE"
with --fail-on "$PHIVET_ACTION_FAIL_ON"
with --diff "$(base "$PHIVET_ACTION_DIFF_BASE")"
with --trusted-config "$(base "$PHIVET_ACTION_TRUSTED")"
# The action itself, where a workflow has checked it out beside what is scanned.
own=${GITHUB_ACTION_PATH#"${GITHUB_WORKSPACE:-/nowhere}"/}
[ "$own" = "$GITHUB_ACTION_PATH" ] || [ -z "$own" ] || arguments+=(--exclude "$own/*")
while IFS= read -r one; do [ -z "$one" ] || arguments+=("$one"); done <<< "$PHIVET_ACTION_ARGS"
while IFS= read -r one; do [ -z "$one" ] || arguments+=("$one"); done <<< "$PHIVET_ACTION_PATHS"

code=0
"$PHIVET_ACTION_BINARY" "${arguments[@]}" || code=$?

findings=0
if [ -s "$lines" ]; then findings=$(grep -c '^{"rule":' "$lines" || true); fi
if [ -s "$page" ]; then cat "$page" >> "$GITHUB_STEP_SUMMARY"; fi
# A scan that broke off leaves no whole SARIF to upload.
if [ "$code" -gt 1 ] && [ "$code" != 3 ]; then upload=false; fi
output sarif-file "$sarif"
output findings "$findings"
output exit-code "$code"
output upload "$upload"
