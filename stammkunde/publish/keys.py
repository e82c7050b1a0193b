"""Keys of the published tables and how they belong together, out of the tests that hold them.

DuckDB keeps an enforced key in an index that costs more than the table. What the project's YAML
tests is true of every build that is published, so the tests are the keys: ``unique`` on a column,
``unique_combination_of_columns`` of a model, ``relationships`` to another public table.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["primary key", "foreign key"]


@dataclass(frozen=True)
class Key:
    """A key of a published table.

    Attributes:
        table: name of the table.
        kind: a table has one primary key at most.
        columns: of the table, in the order of the key.
        referenced_table: published table that a foreign key leads to; else None.
        referenced_columns: its columns; empty for a primary key.
    """

    table: str
    kind: Kind
    columns: tuple[str, ...]
    referenced_table: str | None = None
    referenced_columns: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """For the comment on the table, such as ``Foreign key: a → t.a``."""
        columns = ", ".join(self.columns)
        if self.referenced_table is None:
            return f"Primary key: {columns}."
        there = ", ".join(f"{self.referenced_table}.{name}" for name in self.referenced_columns)
        return f"Foreign key: {columns} → {there}."


def read_keys(nodes: Mapping[str, Mapping[str, Any]], public: Mapping[str, str]) -> tuple[Key, ...]:
    """The keys that tests of severity error hold.

    Args:
        nodes: nodes of dbt's manifest by id.
        public: name of each published table by the id of its model or seed.

    Returns:
        By table, its primary key first. Of several unique columns the first of the model counts.
    """
    tests = [
        node
        for node in nodes.values()
        if node.get("resource_type") == "test"
        and node.get("attached_node") in public
        and _always_holds(node.get("config") or {})
    ]
    primary: dict[str, Key] = {}
    for unique_id, table in public.items():
        unique = {
            columns
            for test in tests
            if test["attached_node"] == unique_id and (columns := _unique_columns(test))
        }
        if unique:
            order = [str(name) for name in (nodes[unique_id].get("columns") or {})]
            columns = min(unique, key=lambda key: (len(key), [_place(order, name) for name in key]))
            primary[unique_id] = Key(table, "primary key", columns)
    found = {*primary.values(), *_foreign_keys(tests, public)}
    return tuple(sorted(found, key=lambda key: (key.table, key.kind != "primary key", key.columns)))


def _foreign_keys(tests: Collection[Mapping[str, Any]], public: Mapping[str, str]) -> Iterator[Key]:
    for test in tests:
        metadata = test.get("test_metadata") or {}
        if metadata.get("name") != "relationships":
            continue
        own = test["attached_node"]
        # A table that leads to itself depends on itself alone.
        others = [name for name in test["depends_on"]["nodes"] if name != own] or [own]
        if others[0] in public:
            column = str(metadata["kwargs"].get("column_name") or test.get("column_name"))
            field = str(metadata["kwargs"]["field"])
            yield Key(public[own], "foreign key", (column,), public[others[0]], (field,))


def _unique_columns(test: Mapping[str, Any]) -> tuple[str, ...]:
    metadata = test.get("test_metadata") or {}
    if metadata.get("name") == "unique":
        return (str(metadata["kwargs"].get("column_name") or test.get("column_name")),)
    if metadata.get("name") == "unique_combination_of_columns":
        return tuple(str(name) for name in metadata["kwargs"]["columns"])
    return ()


def _always_holds(config: Mapping[str, Any]) -> bool:
    return str(config.get("severity", "error")).lower() == "error" and not config.get("where")


def _place(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)
