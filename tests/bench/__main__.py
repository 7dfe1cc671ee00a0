"""Runs the benchmarks: all of them, or the ones named (`make bench ARGS="parse ingest"`)."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def has_main(path: Path) -> bool:
    """Say whether the module is a benchmark: whether it defines `main`."""
    return any(
        isinstance(node, ast.FunctionDef) and node.name == "main" for node in ast.parse(path.read_text()).body
    )


def main(wanted: list[str]) -> int:
    """Run each benchmark in a process of its own, on servers of its own; unknown names are refused."""
    known = sorted(path.stem for path in FOLDER.glob("[a-z]*.py") if has_main(path))
    if unknown := sorted(set(wanted) - set(known)):
        sys.stderr.write(f"No benchmark is called {', '.join(unknown)}. There are: {', '.join(known)}.\n")
        return 2
    worst = 0
    for name in wanted or known:
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        worst = max(
            worst, subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode
        )
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
