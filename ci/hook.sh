#!/usr/bin/env bash
# The hook `plimsoll-source`: builds the program with its lock file, once for each revision, and runs it. pre-commit keeps a
# clone of this repository for each revision; its own way to install from source ignores Cargo.lock.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$here/.hook/bin/plimsoll
if [ ! -x "$program" ]; then
  command -v cargo >/dev/null || { echo 'plimsoll-source needs cargo: install Rust, or use the hook `plimsoll`' >&2; exit 2; }
  echo 'building plimsoll, once for this revision; the hook `plimsoll` installs in seconds' >&2
  # From there, so that rustup takes the toolchain of rust-toolchain.toml.
  (cd "$here" && cargo install --locked --quiet --path . --root "$here/.hook")
fi
exec "$program" "$@"
