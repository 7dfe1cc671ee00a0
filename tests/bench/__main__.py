"""Runs the benchmarks: all of them, or the ones named (`make bench ARGS="parse ingest"`)."""

from __future__ import annotations

import importlib
import pkgutil
import sys

from tests import bench


def main(wanted: list[str]) -> int:
    """Run `main()` of every module of this package that has one; unknown names are refused."""
    known = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name[0] != "_")
    if unknown := sorted(set(wanted) - set(known)):
        sys.stderr.write(f"No benchmark is called {', '.join(unknown)}. There are: {', '.join(known)}.\n")
        return 2
    for name in wanted or known:
        module = importlib.import_module(f"tests.bench.{name}")
        if hasattr(module, "main"):
            sys.stdout.write(f"== {name}\n")
            sys.stdout.flush()
            module.main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
