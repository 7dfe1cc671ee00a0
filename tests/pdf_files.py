"""What a PDF file holds, read without a library: its objects may stand compressed inside others."""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def content(file: bytes) -> bytes:
    """Return the file with every compressed stream opened."""
    opened = []
    for packed in STREAM.findall(file):
        try:
            opened.append(zlib.decompress(packed))
        except zlib.error:
            continue  # a stream that is not compressed, and so in the file as it is
    return b"\n".join([file, *opened])


def n_pages(file: bytes) -> int:
    """Return how many pages the file has."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", content(file)))
