"""What may be published: the public tables, as dbt's manifest declares them.

The manifest is the only list. A model is public by ``access: public``; a seed, which has no access
of its own in dbt, by ``config.meta.published: true``. A column that the project marks as personal
(``config.meta.pii``) or does not describe at all never leaves the warehouse: of the second kind
nobody has said whether it is personal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stammkunde.publish.keys import Key, read_keys


class PublishError(RuntimeError):
    """Publishing stopped; what was published before still stands."""


@dataclass(frozen=True)
class PublicColumn:
    """A described column of a public table.

    Attributes:
        name: column name.
        description: the project's text; may be empty.
        is_personal: marked with ``config.meta.pii``.
    """

    name: str
    description: str
    is_personal: bool


@dataclass(frozen=True)
class PublicTable:
    """A table that the project declares public.

    Attributes:
        name: its name in the warehouse and, unchanged, in the published schema.
        database: the database that dbt built it in, by dbt's name for it.
        schema: the schema that dbt built it in.
        unique_id: dbt's id, for messages.
        description: the project's text; may be empty.
        columns: the described columns.
    """

    name: str
    database: str
    schema: str
    unique_id: str
    description: str
    columns: tuple[PublicColumn, ...]


@dataclass(frozen=True)
class Contract:
    """What one manifest says about publishing.

    Attributes:
        tables: the public tables by name, at least one.
        as_of: where the run's date lies (database, schema, table), or None without such a model.
        run_id: dbt's invocation id; empty if the manifest has none.
        nodes: all nodes of the manifest by id.
        keys: primary and foreign keys of the tables.
    """

    tables: tuple[PublicTable, ...]
    as_of: tuple[str, str, str] | None
    run_id: str
    nodes: Mapping[str, Mapping[str, Any]]
    keys: tuple[Key, ...]


def read_contract(manifest: Path) -> Contract:
    """Read the public tables of a dbt project.

    Args:
        manifest: dbt's ``manifest.json``.

    Returns:
        The contract, its tables in the order of their names.

    Raises:
        PublishError: the manifest cannot be read, names no public table or two of one name, or
            declares something public that must not or cannot be.
    """
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        nodes: Mapping[str, Mapping[str, Any]] = content["nodes"]
    except FileNotFoundError:
        raise PublishError(f"{manifest} does not exist: build the dbt project first.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishError(f"{manifest} is no manifest of dbt: {error!r}.") from error

    tables = sorted(
        (_public_table(node) for node in nodes.values() if _is_public(node)),
        key=lambda table: table.name,
    )
    if not tables:
        raise PublishError(f"{manifest} declares no model public (`access: public`).")
    _refuse_twins(tables)
    _refuse_personal_columns(tables)
    keys = read_keys(nodes, {table.unique_id: table.name for table in tables})
    return Contract(
        tables=tuple(_with_keys(table, keys) for table in tables),
        as_of=_as_of_relation(nodes),
        run_id=str(content.get("metadata", {}).get("invocation_id") or ""),
        nodes=nodes,
        keys=keys,
    )


def public_tables(manifest: Path) -> tuple[PublicTable, ...]:
    """The public tables that a manifest declares; see :func:`read_contract` for the errors."""
    return read_contract(manifest).tables


def _is_public(node: Mapping[str, Any]) -> bool:
    config = node.get("config") or {}
    if node.get("resource_type") == "seed":
        return (config.get("meta") or {}).get("published") is True
    if node.get("resource_type") not in ("model", "snapshot"):
        return False
    return "public" in (node.get("access"), config.get("access"))


def _public_table(node: Mapping[str, Any]) -> PublicTable:
    unique_id = str(node["unique_id"])
    if (node.get("config") or {}).get("materialized") == "ephemeral":
        raise PublishError(f"{unique_id} is public but ephemeral: there is no table to publish.")
    return PublicTable(
        name=str(node.get("alias") or node["name"]),
        database=str(node.get("database") or ""),
        schema=str(node["schema"]),
        unique_id=unique_id,
        description=_one_paragraph(node.get("description")),
        columns=tuple(
            PublicColumn(
                name=str(column["name"]),
                description=_one_paragraph(column.get("description")),
                is_personal=_is_personal(column),
            )
            for column in (node.get("columns") or {}).values()
        ),
    )


def _with_keys(table: PublicTable, keys: tuple[Key, ...]) -> PublicTable:
    """The table with its keys in its description, which becomes the comment on it."""
    words = [key.in_words for key in keys if key.table == table.name]
    return replace(table, description=" ".join([table.description, *words]).strip())


def _is_personal(column: Mapping[str, Any]) -> bool:
    # dbt 1.10 moved `meta` below `config`; manifests carry both, filled or not.
    metas = (column.get("meta") or {}, (column.get("config") or {}).get("meta") or {})
    return any(meta.get("pii") for meta in metas)


def _one_paragraph(text: object) -> str:
    return " ".join(str(text or "").split())


def _as_of_relation(nodes: Mapping[str, Mapping[str, Any]]) -> tuple[str, str, str] | None:
    for node in nodes.values():
        if node.get("resource_type") == "model" and node.get("name") == "as_of":
            return (
                str(node.get("database") or ""),
                str(node["schema"]),
                str(node.get("alias") or node["name"]),
            )
    return None


def _refuse_twins(tables: list[PublicTable]) -> None:
    by_name: dict[str, PublicTable] = {}
    for table in tables:
        twin = by_name.setdefault(table.name.lower(), table)
        if twin is not table:
            raise PublishError(
                f"{twin.unique_id} and {table.unique_id} would both be published as {table.name}."
            )
        if table.name.startswith("_"):
            raise PublishError(f"{table.unique_id}: names with a leading _ belong to publishing.")


def _refuse_personal_columns(tables: list[PublicTable]) -> None:
    personal = [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if column.is_personal
    ]
    if personal:
        raise PublishError(
            "Personal data (config.meta.pii) in public tables: "
            f"{', '.join(personal)}. Drop the columns, or take `access: public` away."
        )
