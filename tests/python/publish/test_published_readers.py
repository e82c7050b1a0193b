"""Readers during publishes: no error, no half-published state, no stale file."""

import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

from stammkunde.publish import publish
from stammkunde.publish.serving import versions

from .publish_warehouse import build_warehouse, default_nodes, write_manifest
from .published_reader import read_once

PROJECT = Path(__file__).resolve().parents[3]
READER = Path(__file__).with_name("published_reader.py")
READS = 200
PUBLISHES = 5
PROCESSES = 3
THREADS = 3


def test_200_readers_during_five_publishes_see_whole_fresh_versions(tmp_path: Path) -> None:
    serving = tmp_path / "serving"
    stop = tmp_path / "stop"
    manifest = write_manifest(tmp_path / "manifest.json", default_nodes())
    publish(build_warehouse(tmp_path / "stammkunde.duckdb", 0), serving, manifest)

    command = [sys.executable, str(READER), str(serving), str(stop)]
    environment = {"PYTHONPATH": str(PROJECT)}
    processes = [
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "reading\n", process.communicate()

    thread_reads = [0] * THREADS
    thread_errors: list[Exception] = []
    advanced = threading.Condition()

    def read_on(number: int) -> None:
        try:
            while not stop.exists():
                read_once(serving, by_link=number % 2 == 0)
                with advanced:
                    thread_reads[number] += 1
                    advanced.notify_all()
        except Exception as error:
            thread_errors.append(error)
            with advanced:
                advanced.notify_all()

    def has_read(count: int) -> bool:
        return bool(thread_errors) or sum(thread_reads) >= count

    threads = [threading.Thread(target=read_on, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        for stamp in range(1, PUBLISHES + 1):
            # Readers of both kinds are at it before, during and after each change of version.
            build_warehouse(tmp_path / "stammkunde.duckdb", stamp)
            assert publish(tmp_path / "stammkunde.duckdb", serving, manifest).is_new
            with advanced:
                assert advanced.wait_for(partial(has_read, stamp * READS // PUBLISHES), 120)
    finally:
        stop.touch()
        for thread in threads:
            thread.join()
        results = [(process.communicate(), process.returncode) for process in processes]

    assert thread_errors == []
    assert [error for (_, error), code in results if code != 0] == []
    assert sum(thread_reads) >= READS
    assert all(int(output) >= PUBLISHES for (output, _), _ in results)
    assert len(versions(serving)) == 3
