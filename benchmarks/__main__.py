"""`python -m benchmarks NAME [--check]`: measure, print a table, and with --check exit 1 below a floor."""
import importlib
import pkgutil
import sys

import benchmarks

NAMES = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name[0] != "_")


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in NAMES:
        print(f"usage: python -m benchmarks {'|'.join(NAMES)} [--check]", file=sys.stderr)
        return 2
    return importlib.import_module(f"benchmarks.{arguments[0]}").main(arguments[1:]) or 0


sys.exit(main(sys.argv[1:]))
