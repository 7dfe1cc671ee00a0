"""Records per second of our PubMed reader, beside Biopython's and a bare pass of lxml over the same bytes.

`python -m tests.bench.parse` takes about two minutes. The bytes come as EFetch sends them, 1,000 records a
reply. The three readers take turns at every reply and are measured in processor time of this process, so that
whatever else the machine does counts as little as it can.
"""

from __future__ import annotations

import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from Bio import Entrez
from lxml import etree

from references.pubmed.parse import iter_records
from tests.pubmed_corpus import FIRST_PMID, article_set, write_article_set

N_REPLIES = 20
RECORDS_A_REPLY = 1_000
N_ROUNDS = 3
N_RECORDS_OF_SMALL_FILE = 10_000
TIMES_LARGER = 4

_READ_AND_TELL = """
import sys
from pathlib import Path
from references.pubmed.parse import iter_records
n = sum(1 for _ in iter_records(Path(sys.argv[1])))
# Not getrusage: its peak includes the process that this one was forked from.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(n, peak.split()[1])
"""


def main() -> None:
    """Print medians, ratios and the memory that reading takes."""
    replies = [
        article_set(RECORDS_A_REPLY, seed=number, first_pmid=FIRST_PMID + number * RECORDS_A_REPLY)
        for number in range(N_REPLIES)
    ]
    n_records = N_REPLIES * RECORDS_A_REPLY
    n_bytes = sum(map(len, replies))
    print(f"{n_records:,} records, {n_bytes / 1e6:,.0f} MB, {n_bytes / n_records / 1e3:.1f} kB a record")
    readers = {"parse.py, XML kept": _ours, "Bio.Entrez.read": _biopython, "bare lxml.iterparse": _bare}
    rates = _rates(readers, replies)
    for name, rounds in rates.items():
        listed = " ".join(f"{rate:,.0f}" for rate in rounds)
        print(f"{name:<24} median {statistics.median(rounds):>8,.0f} records/s   rounds {listed}")
    ours, biopython, bare = rates.values()
    print(f"times Bio.Entrez.read    {_median_ratio(ours, biopython):.2f}   (wanted: 3 or more)")
    print(f"share of the bare pass   {_median_ratio(ours, bare):.3f}  (wanted: 0.25 or more)")
    _print_memory()


def _rates(readers: dict[str, Callable[[bytes], int]], replies: Sequence[bytes]) -> dict[str, list[float]]:
    """Return the records per processor second of every reader in every round of all replies."""
    rates: dict[str, list[float]] = {name: [] for name in readers}
    for reader in readers.values():
        reader(replies[0])
    for _ in range(N_ROUNDS):
        seconds = dict.fromkeys(readers, 0.0)
        for reply in replies:
            for name, reader in readers.items():
                start = time.process_time()
                n_read = reader(reply)
                seconds[name] += time.process_time() - start
                assert n_read == RECORDS_A_REPLY, f"{name} read {n_read} records"
        for name, taken in seconds.items():
            rates[name].append(len(replies) * RECORDS_A_REPLY / taken)
    return rates


def _median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def _ours(reply: bytes) -> int:
    return sum(1 for _ in iter_records(reply))


def _biopython(reply: bytes) -> int:
    return len(Entrez.read(io.BytesIO(reply))["PubmedArticle"])


def _bare(reply: bytes) -> int:
    n_read = 0
    for _, element in etree.iterparse(io.BytesIO(reply), tag="PubmedArticle"):
        n_read += 1
        element.clear()
    return n_read


def _print_memory() -> None:
    """Print the peak memory of fresh processes that read a file and one several times its size."""
    with tempfile.TemporaryDirectory() as folder:
        for n_records in (N_RECORDS_OF_SMALL_FILE, N_RECORDS_OF_SMALL_FILE * TIMES_LARGER):
            path = Path(folder) / f"{n_records}.xml"
            n_bytes = write_article_set(path, n_records)
            reading = subprocess.run(
                [sys.executable, "-c", _READ_AND_TELL, path],
                capture_output=True,
                check=True,
                text=True,
                env={**os.environ, "PYTHONPATH": os.fspath(Path(__file__).parents[2])},
            )
            n_read, peak_kib = map(int, reading.stdout.split())
            size = f"{n_read:>7,} records, {n_bytes / 1e6:>5,.0f} MB file"
            print(f"{size}: peak memory {peak_kib / 1024:,.1f} MiB")


if __name__ == "__main__":
    main()
