"""Whether anything that a run would look at has changed since the last good one.

A run writes down, as digests, all that its outcome depends on: the files that had landed, the code
and the settings, and the warehouse and the published version that it left. While all of it is the
same, a run would build what is there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from stammkunde.digests import digest, digest_of_code, files
from stammkunde.ingest import ContractError, read_contract
from stammkunde.ingest.landing import fingerprint, look
from stammkunde.paths import Home
from stammkunde.publish.serving import LINK
from stammkunde.settings import Settings, sources_file

# What makes marts out of files: SQL, seeds, settings, and the code and libraries around them.
_CODE = (
    "dbt_project.yml",
    "profiles.yml",
    "requirements.lock",
    "models",
    "macros",
    "seeds",
    "tests/dbt",
    "orchestration",
    "stammkunde",
)


@dataclass(frozen=True)
class Given:
    """What a run finds, as digests; taken before it begins, since files land while it goes on.

    Attributes:
        landing: names and attributes of the files of all landing folders.
        code: contents of the project and of the code around it.
        settings: sources, folders, day and vars of the run.
    """

    landing: str
    code: str
    settings: str


@dataclass(frozen=True)
class LastRun:
    """What a good run left behind.

    Attributes:
        ended_at: when, UTC.
        given: what it had found.
        kept: attributes of the warehouse, the published version and what erasure keeps, by name.
        warnings: what it went on in spite of.
    """

    ended_at: datetime
    given: Given
    kept: Mapping[str, str]
    warnings: Sequence[str]


def look_around(settings: Settings, place: Home) -> Given:
    """What a run of these settings would find now."""
    folders = {source: settings.landing_folder(source, place) for source in settings.sources}
    said = {
        "vars": settings.dbt_vars(),
        "folders": {source: str(folder) for source, folder in folders.items()},
    }
    return Given(
        landing=digest(
            f"{source}|{line}"
            for source, folder in sorted(folders.items())
            for line in _landed(source, folder)
        ),
        code=digest_of_code(_CODE),
        settings=digest([json.dumps(said, sort_keys=True)]),
    )


def _landed(source: str, folder: Path) -> Iterator[str]:
    """What the loader would see in a landing folder, a line each."""
    try:
        found = look(folder, read_contract(sources_file(source)))
    except (OSError, ContractError) as error:  # the run itself says it, where it loads
        yield str(error)
        return
    for file in [*found.files, *found.waiting]:
        beside = _attributes(file.manifest) if file.manifest else ""
        yield f"{file.name}|{_attributes(file.path)}|{beside}|{file.fault}"
    yield from map(str, found.messages)


def _attributes(file: Path) -> str:
    """The attributes that change with the content; none of a file that nobody can look at."""
    try:
        return fingerprint(file.stat())
    except OSError:
        return ""


def write_down(place: Home, given: Given, warnings: Sequence[str]) -> None:
    """Remember a good run that began with ``given`` and has ended now."""
    last = LastRun(datetime.now(UTC), given, _kept(place), [*warnings])
    partial = place.last_run.with_suffix(".partial")
    partial.write_text(
        json.dumps({**asdict(last), "ended_at": last.ended_at.isoformat()}), encoding="utf-8"
    )
    partial.replace(place.last_run)


def last_run_for(place: Home, given: Given) -> LastRun | None:
    """The last good run, if another would find and leave the same; None if that is not known."""
    try:
        found = json.loads(place.last_run.read_text(encoding="utf-8"))
        last = LastRun(
            datetime.fromisoformat(found["ended_at"]),
            Given(**found["given"]),
            found["kept"],
            found["warnings"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return last if last.given == given and last.kept == _kept(place) else None


def _kept(place: Home) -> dict[str, str]:
    """Attributes of what only a run, and the commands that unload and erase, may change."""
    kept = [
        place.warehouse,
        place.serving / LINK,
        place.site / "index.html",
        *files(place.privacy),
    ]
    return {
        str(file.relative_to(place.root)): fingerprint(file.stat())
        for file in kept
        if file.exists()
    }
