#!/usr/bin/env bash
# The steps of action.yml: `ci/action.sh prepare|install|check|verdict|sources`. All input is passed in
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

# The digest of what the program is built from.
sources() {
  (cd "$here" && find Cargo.toml Cargo.lock build src rules -type f -print0 | LC_ALL=C sort -z | xargs -0 cat) | digest
}

# The directory in which the binary is cached between jobs, and the cache key: the version, or a digest of the sources.
prepare() {
  local of=${PLIMSOLL_VERSION:-}
  of=${of#v}
  if [ -z "$of" ]; then
    of=$(sources)
  fi
  printf 'directory=%s\n' "$temporary/plimsoll" >>"$output"
  printf 'key=plimsoll-%s-%s-%s\n' "${RUNNER_OS:-$(uname -s)}" "${RUNNER_ARCH:-$(uname -m)}" "$of" >>"$output"
}

# The archive of a release for this machine; empty if there is none.
archive_name() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo plimsoll-x86_64-unknown-linux-gnu.tar.gz ;;
    Linux-aarch64) echo plimsoll-aarch64-unknown-linux-gnu.tar.gz ;;
    Darwin-x86_64) echo plimsoll-x86_64-apple-darwin.tar.gz ;;
    Darwin-arm64) echo plimsoll-aarch64-apple-darwin.tar.gz ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo plimsoll-x86_64-pc-windows-msvc.zip ;;
  esac
}

# The program in a directory.
program() {
  if [ -x "$1/bin/plimsoll.exe" ]; then printf '%s' "$1/bin/plimsoll.exe"; else printf '%s' "$1/bin/plimsoll"; fi
}

install() {
  if [ -x "$(program "$PLIMSOLL_DIRECTORY")" ]; then
    "$(program "$PLIMSOLL_DIRECTORY")" --version
    return
  fi
  mkdir -p "$PLIMSOLL_DIRECTORY/bin"
  local name version
  name=$(archive_name)
  if [ -n "${PLIMSOLL_VERSION:-}" ]; then
    version=${PLIMSOLL_VERSION#v}
    [ -n "$name" ] ||
      fail "there is no release for $(uname -s) on $(uname -m): omit \`version\` to build plimsoll from source"
    download "$version" "$name" || fail "version $version has no download $name"
  elif version=$(released) && [ -n "$name" ] && download "$version" "$name"; then
    printf 'installed the release %s, which has the sources of this revision\n' "$version"
  else
    build
  fi
  "$(program "$PLIMSOLL_DIRECTORY")" --version
}

build() {
  printf 'no release has the sources of this revision: building plimsoll, once until it changes\n'
  command -v cargo >/dev/null || fail 'cargo is required to build plimsoll: install Rust in an earlier step, or set `version`'
  # From there, so that rustup takes the toolchain of rust-toolchain.toml.
  (cd "$here" && cargo install --locked --quiet --path . --root "$PLIMSOLL_DIRECTORY")
}

fetch() {
  curl -fsSL --retry 3 --connect-timeout 20 -o "$2" "$releases/$1" 2>/dev/null
}

# The version that was released from the sources of this revision, which need not be tagged; fails if there is none.
released() {
  local version file
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/Cargo.toml" | head -n 1)
  file=$(mktemp "$temporary/plimsoll-sources.XXXXXX")
  fetch "v$version/sources.sha256" "$file" && [ "$(cut -d ' ' -f 1 <"$file")" = "$(sources)" ] && printf '%s' "$version"
}

# Downloads a released archive and unpacks it only if its digest is the published one. Fails if there is none; another
# digest ends the job.
download() {
  local folder expected actual
  folder=$(mktemp -d "$temporary/plimsoll-download.XXXXXX")
  fetch "v$1/$2" "$folder/$2" && fetch "v$1/SHA256SUMS" "$folder/SHA256SUMS" || return 1
  expected=$(awk -v name="$2" '$2 == name { print $1 }' "$folder/SHA256SUMS")
  actual=$(digest <"$folder/$2")
  [ "$expected" = "$actual" ] || fail "digest mismatch for $2: expected ${expected:-one in SHA256SUMS}, got $actual"
  case $2 in
    *.zip) unzip -qo "$folder/$2" plimsoll.exe -d "$PLIMSOLL_DIRECTORY/bin" ;;
    *) tar -xzf "$folder/$2" -C "$PLIMSOLL_DIRECTORY/bin" plimsoll ;;
  esac
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
  local arguments=(check --committed --format "${PLIMSOLL_FORMAT:-text}" --output "sarif=$files/plimsoll.sarif")
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
  "$(program "$PLIMSOLL_DIRECTORY")" "${arguments[@]}" || code=$?
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
  prepare | install | check | verdict | sources) "$1" ;;
  *) printf 'usage: ci/action.sh prepare|install|check|verdict|sources\n' >&2; exit 2 ;;
esac
