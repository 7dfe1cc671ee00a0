"""Files ↔ one .zip whose bytes depend on nothing but the files."""

from __future__ import annotations

import hashlib
import io
import zipfile

RECORDS = "records.json"
CHECKSUMS = "checksums.sha256"
# The earliest date that the format knows: when the archive was packed is no part of it.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE_BY_ALL = 0o644 << 16


def pack(files: dict[str, str], *, folder: str) -> bytes:
    """Return the files, and the checksums of all of them, as an archive that unpacks into the folder."""
    texts = files | {CHECKSUMS: _checksums(files)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in texts.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE_BY_ALL
            entry.create_system = 3  # Unix, wherever it is packed
            archive.writestr(entry, text.encode(), compresslevel=9)
    return buffer.getvalue()


def read(packed: bytes, name: str) -> str:
    """Return one file of an archive, whatever the folder it unpacks into."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        path = next(path for path in archive.namelist() if path.partition("/")[2] == name)
        return archive.read(path).decode()


def digest(files: dict[str, str]) -> str:
    """Return the SHA-256 of the files together."""
    return sha256(_checksums(files).encode())


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _checksums(files: dict[str, str]) -> str:
    return "".join(f"{sha256(text.encode())}  {name}\n" for name, text in sorted(files.items()))
