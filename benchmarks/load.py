"""``python -m benchmarks.load HOME``: the load alone, in a process whose memory can be measured."""

import sys
from pathlib import Path

from stammkunde.ingest import load, read_contract
from stammkunde.paths import Home
from stammkunde.settings import sources_file

if __name__ == "__main__":
    home = Home(Path(sys.argv[1]))
    load("shop", home.landing / "shop", home.warehouse, read_contract(sources_file("shop")))
