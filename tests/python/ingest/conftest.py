"""A landing folder and a warehouse of its own for each test."""

from pathlib import Path

import pytest

from .ingest_shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)
