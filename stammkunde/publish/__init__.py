"""Publishing: the public marts as one read-only file a version, swapped in at one stroke."""

from stammkunde.publish.contract import PublicColumn, PublicTable, PublishError, public_tables
from stammkunde.publish.guard import RedError, require_green_gates
from stammkunde.publish.publication import Progress, Publication, PublishedTable, publish
from stammkunde.publish.serving import NothingPublishedError, open_marts, published_day

__all__ = [
    "NothingPublishedError",
    "Progress",
    "PublicColumn",
    "PublicTable",
    "Publication",
    "PublishError",
    "PublishedTable",
    "RedError",
    "open_marts",
    "public_tables",
    "publish",
    "published_day",
    "require_green_gates",
]
