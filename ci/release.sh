#!/usr/bin/env bash
# Builds what a release consists of, into target/dist:
#
#   ci/release.sh [--target TRIPLE] [--binary FILE] [--out DIRECTORY] [PART]...
#
# Parts of a target: archive (tar.gz or zip), wheel, npm, image, deb, sbom. The same for all targets: sdist, shim (the npm
# package that starts the binary of a platform), sources (their digest). Without one, all that this machine can build.
# SHA256SUMS lists whatever is in the directory. --binary packs a program that is built already; the wheel needs the
# sources, and is left out then.
#
# The same commit gives the same bytes, wherever it is checked out: times come from SOURCE_DATE_EPOCH or the commit, paths
# are taken out of the program, and archives are sorted. Only package registries are needed. Programs that are missing are
# installed if this is root's machine and has apt-get; otherwise the script says what to install.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

maturin=1.16.0
target='' binary='' out=''
parts=()
while [ $# -gt 0 ]; do
  case $1 in
    --target) target=$2; shift ;;
    --binary) binary=$(cd "$(dirname "$2")" && pwd)/$(basename "$2"); shift ;;
    --out) out=$2; shift ;;
    archive | wheel | npm | image | deb | sbom | sdist | shim | sources) parts+=("$1") ;;
    *) sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift
done

say() { printf '== %s\n' "$*" >&2; }
fail() { printf 'ci/release.sh: %s\n' "$1" >&2; exit 1; }

# A program, and the package of Debian that has it.
need() {
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    fail "$1 is required: install the package $2"
  fi
  say "installing $2"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$2"; } >&2
}

command -v cargo >/dev/null || fail 'cargo is required: https://rustup.rs'
# `python3` of Windows opens a shop.
case $(uname -s) in MINGW* | MSYS*) python=python ;; *) python=python3 ;; esac
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail 'python 3.11 or newer is required'
host=$(rustc -vV | sed -n 's/^host: //p')
target=${target:-$host}
if [ ${#parts[@]} -eq 0 ]; then
  parts=(archive npm sbom shim sources)
  [ -n "$binary" ] || parts+=(wheel sdist)
  case $host-$target in *-linux-*-linux-*) parts+=(image deb) ;; esac
fi
wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
mkdir -p "$CARGO_TARGET_DIR"
CARGO_TARGET_DIR=$(cd "$CARGO_TARGET_DIR" && pwd)
out=${out:-$CARGO_TARGET_DIR/dist}
mkdir -p "$out"
out=$(cd "$out" && pwd)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
# File modes are part of an archive.
umask 022

# What the compiler is told, by cargo as by maturin: a program that needs no library of the system, and no path of this
# machine in it.
native() { if command -v cygpath >/dev/null; then cygpath -w "$1"; else printf '%s' "$1"; fi; }
flags=(
  "--remap-path-prefix=$(native "${CARGO_HOME:-$HOME/.cargo}")=/cargo"
  "--remap-path-prefix=$(native "$root")=/plimsoll"
  "--remap-path-prefix=$(native "$CARGO_TARGET_DIR")=/target"
)
case $target in *-linux-* | *-windows-*) flags+=(-C target-feature=+crt-static) ;; esac
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; printf '%s' "${flags[*]}")
export CARGO_ENCODED_RUSTFLAGS
unset RUSTFLAGS

if [ -z "$binary" ]; then
  say "building for $target"
  # With --target, build scripts and procedural macros are built for this machine, without the flags. `cargo rustc`,
  # because maturin calls that: it finds all of it built.
  cargo rustc --release --locked --target "$target" --bin plimsoll
  binary=$CARGO_TARGET_DIR/$target/release/plimsoll
  case $target in *-windows-*) binary=$binary.exe ;; esac
fi

pack() { "$python" ci/release/pack.py "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if wants archive; then
  say archive
  pack archive "$binary" "$target" "$out"
fi
if wants sources; then
  # What ci/action.sh compares with: a checkout with these sources can take the program instead of building it.
  ci/action.sh sources >"$out/sources.sha256"
fi

if wants wheel || wants sdist; then
  tools=$CARGO_TARGET_DIR/release-tools
  scripts=$tools/bin
  if [ -d "$tools/Scripts" ]; then scripts=$tools/Scripts; fi
  if [ "$("$scripts/maturin" --version 2>/dev/null)" != "maturin $maturin" ]; then
    say "installing maturin $maturin"
    "$python" -m venv --clear "$tools"
    scripts=$tools/bin
    if [ -d "$tools/Scripts" ]; then scripts=$tools/Scripts; fi
    "$scripts/pip" install --quiet --disable-pip-version-check "maturin==$maturin" >&2
  fi
fi
if wants wheel; then
  say wheel
  (cd packages/python && "$scripts/maturin" build --release --target "$target" --out "$out")
fi
if wants sdist; then
  say 'source distribution'
  (cd packages/python && "$scripts/maturin" sdist --out "$out")
fi

if wants npm || wants shim; then
  need npm npm
fi
if wants npm; then
  say 'npm package of the platform'
  pack npm "$binary" "$target" "$work/npm"
fi
if wants shim; then
  say 'npm package'
  pack shim "$work/npm"
fi
for package in "$work"/npm/*/; do
  [ ! -d "$package" ] || npm pack --silent --pack-destination "$out" "$package" >/dev/null
done

if wants sbom; then
  say 'bill of materials'
  pack sbom "$target" "$out"
fi

if wants deb; then
  say 'package for Debian'
  need dpkg-deb dpkg
  need lintian lintian
  pack deb "$binary" "$target" "$work/deb"
  deb=$out/$(cat "$work/deb.name")
  dpkg-deb --root-owner-group --build "$work/deb" "$deb" >/dev/null
  # Root may be all there is, in a container.
  lintian --allow-root --fail-on error,warning "$deb"
fi

if wants image; then
  say image
  need buildah buildah
  mkdir "$work/image"
  cp "$binary" "$work/image/plimsoll"
  chmod 755 "$work/image/plimsoll"
  version=$(pack version)
  case $target in
    x86_64-*) arch=amd64 ;;
    aarch64-*) arch=arm64 ;;
    *) fail "no image for $target" ;;
  esac
  # Storage of its own: neither images of this machine nor its mounts take part.
  storage=(--root "$work/storage" --runroot "$work/run" --storage-driver vfs)
  export BUILDAH_ISOLATION=chroot
  buildah "${storage[@]}" build --quiet --arch "$arch" --timestamp "$SOURCE_DATE_EPOCH" --tag plimsoll \
    --label org.opencontainers.image.title=plimsoll \
    --label "org.opencontainers.image.version=$version" \
    --label org.opencontainers.image.licenses="MIT OR Apache-2.0" \
    --label org.opencontainers.image.source=https://github.com/plimsoll-lint/plimsoll \
    --file packages/image/Containerfile "$work/image" >/dev/null
  buildah "${storage[@]}" push --quiet plimsoll "oci:$work/oci:plimsoll:$version" >/dev/null
  pack tar "$work/oci" "$out/plimsoll-image-$arch.tar"
fi

pack sums "$out"
say "$out"
ls -l "$out" >&2
