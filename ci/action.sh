#!/usr/bin/env bash
# The steps of action.yml: `ci/action.sh prepare|install|check|verdict`. All input is passed in
# environment variables, so that each step runs on any machine; tests/places/run does so.
set -euo pipefail

releases=${PLIMSOLL_RELEASES:-https://github.com/plimsoll-lint/plimsoll/releases/download}
here=${GITHUB_ACTION_PATH:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
output=${GITHUB_OUTPUT:-/dev/stdout}
temporary=${RUNNER_TEMP:-${TMPDIR:-/tmp}}

fail() {
  printf '::error title=plimsoll::%s\n' "$1"
  exit 2
}

# Prints the SHA-256 digest of standard input, with whichever tool is installed.
digest() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

# The directory in which the binary is cached between jobs, and the cache key: the version, or a digest of the sources.
prepare() {
  local of=${PLIMSOLL_VERSION:-}
  if [ -z "$of" ]; then
    of=$(cd "$here" && find Cargo.toml Cargo.lock build src rules -type f -print0 | LC_ALL=C sort -z | xargs -0 cat | digest)
  fi
  printf 'directory=%s\n' "$temporary/plimsoll" >>"$output"
  printf 'key=plimsoll-%s-%s-%s\n' "${RUNNER_OS:-$(uname -s)}" "${RUNNER_ARCH:-$(uname -m)}" "$of" >>"$output"
}

# The Rust target triple of this machine.
target() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-gnu ;;
    Linux-aarch64) echo aarch64-unknown-linux-gnu ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    *) fail "there is no release for $(uname -s) on $(uname -m): omit \`version\` to build plimsoll from source" ;;
  esac
}

install() {
  if [ -x "$PLIMSOLL_DIRECTORY/bin/plimsoll" ]; then
    "$PLIMSOLL_DIRECTORY/bin/plimsoll" --version
    return
  fi
  mkdir -p "$PLIMSOLL_DIRECTORY/bin"
  if [ -n "${PLIMSOLL_VERSION:-}" ]; then
    download "${PLIMSOLL_VERSION#v}"
  else
    command -v cargo >/dev/null || fail 'cargo is required to build plimsoll: install Rust in an earlier step'
    cargo install --locked --quiet --path "$here" --root "$PLIMSOLL_DIRECTORY"
  fi
  "$PLIMSOLL_DIRECTORY/bin/plimsoll" --version
}

# Downloads a released archive and unpacks it only if its digest matches the published one.
download() {
  local name archive expected actual
  name=plimsoll-$(target).tar.gz
  archive=$(mktemp -d "$temporary/plimsoll-download.XXXXXX")/$name
  curl -fsSL --retry 3 -o "$archive" "$releases/v$1/$name" || fail "version $1 has no download $name"
  curl -fsSL --retry 3 -o "$archive.sha256" "$releases/v$1/$name.sha256" || fail "version $1 has no digest of $name"
  expected=$(cut -d ' ' -f 1 <"$archive.sha256")
  actual=$(digest <"$archive")
  [ "$expected" = "$actual" ] || fail "digest mismatch for $name: expected $expected, got $actual"
  tar -xzf "$archive" -C "$PLIMSOLL_DIRECTORY/bin" plimsoll
}

# The revision to compare with, which the checkout has to contain; empty for the first push of a branch, which has no
# commit before it.
base() {
  local revision=${PLIMSOLL_SINCE:-${PLIMSOLL_BASE:-}}
  case $revision in
    '') fail 'only-changed needs a pull request, a push, or `since`' ;;
    *[!0]*) ;;
    *) return ;;
  esac
  git cat-file -e "$revision^{commit}" 2>/dev/null ||
    fail "$revision is not in this checkout: set \`fetch-depth: 0\` for actions/checkout"
  printf '%s' "$revision"
}

# The revision whose configuration holds; empty for that of the checkout. A pull request from a fork does not change the
# rules that it is judged by, unless the workflow says so.
configuration() {
  local revision=${PLIMSOLL_BASE:-}
  case ${PLIMSOLL_CONFIG:-auto} in
    auto) [ "${PLIMSOLL_FORK:-false}" = true ] || return 0 ;;
    base) ;;
    head) return ;;
    *) fail 'config must be `auto`, `base` or `head`' ;;
  esac
  case $revision in
    '') fail 'the configuration of the base needs a pull request or a push' ;;
    *[!0]*) ;;
    *) return ;;
  esac
  git cat-file -e "$revision^{commit}" 2>/dev/null ||
    git fetch --quiet --no-tags --depth=1 origin "$revision" 2>/dev/null ||
    fail "$revision is not in this checkout: set \`fetch-depth: 0\` for actions/checkout"
  printf '%s' "$revision"
}

check() {
  local code=0 line revision
  local files=$temporary/plimsoll-findings
  mkdir -p "$files"
  local arguments=(check --committed --format "${PLIMSOLL_FORMAT:-text}" --output "code-scanning=$files/plimsoll.sarif")
  arguments+=(--output "github=$files/annotations.txt" --output "markdown=$files/summary.md")
  if [ "${PLIMSOLL_ONLY_CHANGED:-false}" = true ] || [ -n "${PLIMSOLL_SINCE:-}" ]; then
    revision=$(base) || { printf '%s\n' "$revision"; exit 2; }
    [ -z "$revision" ] || arguments+=(--since "$revision")
  fi
  revision=$(configuration) || { printf '%s\n' "$revision"; exit 2; }
  [ -z "$revision" ] || arguments+=(--config-from "$revision")
  while IFS= read -r line; do
    [ -z "$line" ] || arguments+=("$line")
  done <<<"${PLIMSOLL_ARGS:-}"
  arguments+=(--)
  while IFS= read -r line; do
    [ -z "$line" ] || arguments+=("$line")
  done <<<"${PLIMSOLL_PATHS:-.}"
  rm -f "$files"/*
  "$PLIMSOLL_DIRECTORY/bin/plimsoll" "${arguments[@]}" || code=$?
  printf 'code=%s\nsarif-file=%s\n' "$code" "$files/plimsoll.sarif" >>"$output"
  if [ "${PLIMSOLL_ANNOTATIONS:-true}" = true ] && [ -s "$files/annotations.txt" ]; then
    cat "$files/annotations.txt"
  fi
  if [ "${PLIMSOLL_SUMMARY:-true}" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -s "$files/summary.md" ]; then
    cat "$files/summary.md" >>"$GITHUB_STEP_SUMMARY"
  fi
}

# Fails last, when everything has been shown and uploaded.
verdict() {
  exit "${PLIMSOLL_CODE:-2}"
}

case ${1:-} in
  prepare | install | check | verdict) "$1" ;;
  *) printf 'usage: ci/action.sh prepare|install|check|verdict\n' >&2; exit 2 ;;
esac
