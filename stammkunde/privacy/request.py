"""Writing an erasure request as a landing file, as the shop's own systems would deliver it."""

import csv
import io
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from stammkunde.privacy.vault import ErasureError

IDENTIFIERS = ("contact_key", "email", "phone", "loyalty_card")


def write_request(
    landing: Path,
    identifiers: Mapping[str, str],
    requested_at: datetime | None = None,
    request_key: str = "",
) -> Path:
    """Write a request into the feed ``erasures`` of a landing folder; the next run carries it out.

    Args:
        landing: folder with one subfolder a feed.
        identifiers: what names the person, of `IDENTIFIERS`; empty ones are left out.
        requested_at: when it was asked for; default now.
        request_key: key of the request; default a new one.

    Returns: the file.

    Raises:
        ErasureError: nothing names a person, or the key is no name of a file.
    """
    given = {name: identifiers.get(name, "").strip() for name in IDENTIFIERS}
    if not any(given.values()):
        raise ErasureError(f"An erasure needs one of {', '.join(IDENTIFIERS)}.")
    key = request_key or f"erasure-{uuid.uuid4().hex[:12]}"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", key):
        raise ErasureError("The key of a request is made of letters, digits, dots, _ and -.")
    moment = (requested_at or datetime.now(UTC)).astimezone(UTC)
    text = io.StringIO()
    writer = csv.DictWriter(text, ["request_key", *IDENTIFIERS, "requested_at"])
    writer.writeheader()
    writer.writerow({"request_key": key, **given, "requested_at": moment.isoformat()})
    folder = landing / "erasures"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{key}.csv"
    if file.exists():
        raise ErasureError(f"There is a request {key!r} already: {file}.")
    # Under a name that the loader waits for, until it is whole.
    building = file.with_name(f"{file.name}.part")
    building.write_text(text.getvalue(), encoding="utf-8")
    building.rename(file)
    return file
