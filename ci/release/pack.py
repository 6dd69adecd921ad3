#!/usr/bin/env python3
"""The parts of ci/release.sh that are not the work of another program: `ci/release/pack.py PART ARGUMENT...`.

Whatever is written depends on the arguments, the sources and SOURCE_DATE_EPOCH alone.
"""
import sys

import archives
import debian
import npm
import registries
import sbom
from common import version

PARTS = {
    "archive": archives.release,
    "tar": archives.directory,
    "sums": archives.sums,
    "npm": npm.platform,
    "shim": npm.shim,
    "deb": debian.tree,
    "sbom": sbom.write,
    "formula": registries.write_formula,
    "version": lambda: print(version()),
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in PARTS:
        sys.exit(__doc__)
    PARTS[sys.argv[1]](*sys.argv[2:])
