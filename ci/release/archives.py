"""Archives with sorted entries, no owners, and one time for all; and the digests of a release."""
import gzip
import hashlib
import io
import os
import tarfile
import time
import zipfile

from common import binary_name, epoch, read

NOTES = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"]


def tar(entries):
    """A tar of (name, content, mode)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content, mode in entries:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(content), mode, epoch()
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def compressed(content):
    # Without a name and a time in its header.
    return gzip.compress(content, 9, mtime=0)


def zipped(entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content, mode in entries:
            entry = zipfile.ZipInfo(name, time.gmtime(epoch())[:6])
            entry.create_system, entry.external_attr = 3, (0o100000 | mode) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def release(binary, target, out):
    """The program and the licences, as people and ci/action.sh download them."""
    entries = [(name, read(name), 0o644) for name in NOTES]
    entries.append((binary_name(target), read(binary), 0o755))
    windows = "-windows-" in target
    name = f"plimsoll-{target}.{'zip' if windows else 'tar.gz'}"
    content = zipped(entries) if windows else compressed(tar(entries))
    with open(os.path.join(out, name), "wb") as file:
        file.write(content)


def directory(folder, path):
    """A tar of the files of a directory."""
    names = [os.path.relpath(os.path.join(above, name), folder) for above, _, files in os.walk(folder) for name in files]
    entries = [(name, read(os.path.join(folder, name)), 0o644) for name in sorted(names)]
    with open(path, "wb") as file:
        file.write(tar(entries))


def sums(out):
    """SHA256SUMS, over all other files of a directory."""
    names = sorted(name for name in os.listdir(out) if name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(read(os.path.join(out, name))).hexdigest()}  {name}\n" for name in names]
    with open(os.path.join(out, "SHA256SUMS"), "w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
