"""Which edges of the real models the components are solved from, run after run."""

import pytest
from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.run import RunExecutionResult

from tests.python.dbt_project import DbtProject

from .feeds import Feeds

TEST = "identity_solved_edges_are_the_graph"
COMPONENTS = "int_identity__round_1_parties"
# No further: the crosswalk of the project's other tests knows nothing of these feeds.
RUN = ("run", "--select", f"+{COMPONENTS}")


def _invoke(project: DbtProject, *arguments: str) -> None:
    result = project.dbt(*arguments)
    assert result.success, result.exception or result.result


def _changes(project: DbtProject) -> tuple[int, int]:
    """New and removed edges that the last run found."""
    query = """
        select count(*) filter (not is_removed), count(*) filter (is_removed)
        from identity.int_identity__round_1_graph_changes
    """
    found = project.execute(query)[0]
    return int(found[0]), int(found[1])


def _components(project: DbtProject) -> list[tuple[int, ...]]:
    return project.execute(f"select node_id, component_id from identity.{COMPONENTS} order by all")


def _feeds(*, joined: bool) -> Feeds:
    """Two contacts, and what joins them or not."""
    feeds = Feeds()
    feeds.contact("c1", 1, email="one@mail.de", phone="030 7654321")
    feeds.contact("c2", 2, email="one@mail.de" if joined else "two@mail.de")
    feeds.contact("c3", 3, email="three@mail.de", phone="030 7654321")
    return feeds


@pytest.fixture
def built(identity_project: DbtProject) -> DbtProject:
    """The project after a first run from nothing."""
    _feeds(joined=False).load(identity_project)
    _invoke(identity_project, *RUN, "--full-refresh")
    return identity_project


def test_a_run_finds_what_came_and_what_went(built: DbtProject) -> None:
    _feeds(joined=True).load(built)
    _invoke(built, *RUN)
    # Both contacts' edges to the address; nothing else changed.
    assert _changes(built) == (2, 0)
    _invoke(built, *RUN)
    assert _changes(built) == (0, 0)
    _feeds(joined=False).load(built)
    _invoke(built, *RUN)
    assert _changes(built) == (0, 2)
    _invoke(built, "test", "--select", TEST)
    stepwise = _components(built)
    _invoke(built, "run", "--select", COMPONENTS, "--full-refresh")
    assert _components(built) == stepwise


def test_changes_that_no_run_looked_for_are_red_and_found_by_the_next(built: DbtProject) -> None:
    _feeds(joined=True).load(built)
    _invoke(built, *RUN, "--exclude", "int_identity__round_1_graph_changes")
    result = built.dbt("test", "--select", TEST)
    assert isinstance(result.result, RunExecutionResult)
    tests = [each for each in result.result.results if each.node.resource_type == NodeType.Test]
    assert [each.failures for each in tests] == [2]
    _invoke(built, *RUN)
    _invoke(built, "test", "--select", TEST)
    stepwise = _components(built)
    _invoke(built, *RUN, "--full-refresh")
    assert _components(built) == stepwise


def test_a_rebuild_of_the_components_alone_takes_all_edges(built: DbtProject) -> None:
    before = _components(built)
    _invoke(built, *RUN)
    assert _changes(built) == (0, 0)
    _invoke(built, "run", "--select", COMPONENTS, "--full-refresh")
    assert _components(built) == before
