{#-
    Materialization `connected_components`: the components of an undirected graph, as a table.

    The model's SQL gives edges: columns `node_a` and `node_b`, bigint, not null. An edge may
    come twice, in both directions, or lead from a node to itself (that is how a node without
    neighbours gets into the result). The table has one row per node: `node_id`,
    `component_id`, where component_id is the smallest node_id of the component, so the result
    depends on nothing but the graph: not on the order of arrival, and not on what was solved
    before.

    Method: min-hook, pointer jumping, contraction (macro `connected_components_solve`).

    Only what changed is solved. The edges that were solved last are kept beside the table, as
    `<model>__solved_edges`. A new edge is drawn between the components of its ends; a component
    that lost an edge is taken apart and solved again from what is left of it; the small graph
    of both gives the components that meet. All others keep their label. --full-refresh solves
    everything anew, with the same result.

    Every step is a CREATE TABLE AS SELECT in plain SQL: no MERGE, UPDATE or DELETE, so that
    the same text runs on DuckDB and on Spark with parquet tables. The labels are written before
    the solved edges: where an engine without transactions breaks off in between, the next run
    finds the same changes again, and solving them twice changes nothing.

    Config: max_rounds (default 60: enough for 2^60 nodes, so reaching it means a defect). Work
    tables are named `<model>__cc_…` and live in the model's schema. They are dropped at the
    end, before the error of a graph that does not converge, and, where a run broke off in SQL,
    by the transaction (DuckDB) or by the next run (Spark).
-#}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set solved_relation = this.incorporate(
        path={'identifier': this.identifier ~ '__solved_edges'}, type='table'
    ) -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set existing_edges = adapter.get_relation(
        solved_relation.database, solved_relation.schema, solved_relation.identifier
    ) -%}
    {%- set max_rounds = config.get('max_rounds', 60) | int -%}
    {%- set is_partial = existing_relation is not none and existing_edges is not none
        and not should_full_refresh() -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- do connected_components_sweep() -%}

    {#- Undirected, once each: the smaller id first. -#}
    {%- set graph = connected_components_work_table('graph') -%}
    {%- do connected_components_create(graph, "
        select distinct
            case when given.node_b is not null then least(given.node_a, given.node_b) end
                as node_a,
            case when given.node_a is not null then greatest(given.node_a, given.node_b) end
                as node_b
        from (" ~ compiled_code ~ ") as given
    ") -%}
    {%- if run_query(
        "select 1 as one from " ~ graph ~ " where node_a is null or node_b is null limit 1"
    ) | length -%}
        {%- do adapter.drop_relation(graph) -%}
        {%- do exceptions.raise_compiler_error(
            'connected_components: ' ~ this.identifier ~ ' gives edges with a null node; '
            ~ 'node_a and node_b must both be filled (a node alone is an edge to itself).'
        ) -%}
    {%- endif -%}

    {%- set edges = graph -%}
    {%- set changed = connected_components_work_table('changed') -%}
    {%- set touched = connected_components_work_table('touched') -%}
    {%- if is_partial -%}
        {%- do connected_components_create(changed, "
            select
                coalesce(graph.node_a, solved.node_a) as node_a,
                coalesce(graph.node_b, solved.node_b) as node_b,
                solved.node_a is null as is_new
            from " ~ graph ~ " as graph
            full outer join " ~ existing_edges ~ " as solved
                on graph.node_a = solved.node_a and graph.node_b = solved.node_b
            where graph.node_a is null or solved.node_a is null
        ") -%}
        {%- set edges = connected_components_work_table('open_edges') -%}
        {#- Components that lost an edge: their labels hold no longer. -#}
        {%- do connected_components_create(touched, "
            select distinct labels.component_id
            from " ~ existing_relation ~ " as labels
            inner join " ~ changed ~ " as changed on labels.node_id = changed.node_a
            where not changed.is_new
        ") -%}
        {%- do connected_components_create(edges, "
            select distinct
                least(ends.end_a, ends.end_b) as node_a,
                greatest(ends.end_a, ends.end_b) as node_b
            from (
                select
                    case when touched_a.component_id is null
                        then coalesce(label_a.component_id, open_edges.node_a)
                        else open_edges.node_a end as end_a,
                    case when touched_b.component_id is null
                        then coalesce(label_b.component_id, open_edges.node_b)
                        else open_edges.node_b end as end_b
                from (
                    select changed.node_a, changed.node_b
                    from " ~ changed ~ " as changed
                    where changed.is_new
                    union
                    select graph.node_a, graph.node_b
                    from " ~ graph ~ " as graph
                    inner join " ~ existing_relation ~ " as labels
                        on graph.node_a = labels.node_id
                    inner join " ~ touched ~ " as touched
                        on labels.component_id = touched.component_id
                ) as open_edges
                left join " ~ existing_relation ~ " as label_a
                    on open_edges.node_a = label_a.node_id
                left join " ~ touched ~ " as touched_a
                    on label_a.component_id = touched_a.component_id
                left join " ~ existing_relation ~ " as label_b
                    on open_edges.node_b = label_b.node_id
                left join " ~ touched ~ " as touched_b
                    on label_b.component_id = touched_b.component_id
            ) as ends
        ") -%}
    {%- endif -%}

    {%- set solution = connected_components_solve(edges, max_rounds) -%}
    {%- if solution.failure -%}
        {%- for part in ['graph', 'changed', 'touched', 'open_edges'] -%}
            {%- do adapter.drop_relation(connected_components_work_table(part)) -%}
        {%- endfor -%}
        {%- do exceptions.raise_compiler_error(
            'connected_components: ' ~ this.identifier ~ ' did not converge: ' ~ solution.failure
            ~ ' (max_rounds: ' ~ max_rounds ~ '). The previous table is untouched.'
        ) -%}
    {%- endif -%}

    {%- set labels = connected_components_work_table('labels') -%}
    {% call statement('main') -%}
        {%- if is_partial -%}
            {#- A component that nothing met keeps its label; a new node, or one of a component that
                was taken apart, has only the label that was found now. -#}
            {{ create_table_as(False, labels, "
                select
                    labels.node_id,
                    coalesce(solution.root_id, labels.component_id) as component_id
                from " ~ existing_relation ~ " as labels
                left join " ~ touched ~ " as touched on labels.component_id = touched.component_id
                left join " ~ solution.labels ~ " as solution
                    on labels.component_id = solution.node_id
                where touched.component_id is null
                union all
                select solution.node_id, solution.root_id as component_id
                from " ~ solution.labels ~ " as solution
                left join " ~ existing_relation ~ " as labels on solution.node_id = labels.node_id
                left join " ~ touched ~ " as touched on labels.component_id = touched.component_id
                where labels.node_id is null or touched.component_id is not null
            ") }}
        {%- else -%}
            {{ create_table_as(
                False, labels, 'select node_id, root_id as component_id from ' ~ solution.labels
            ) }}
        {%- endif -%}
    {%- endcall %}
    {%- if existing_relation is not none -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(labels, target_relation) -%}
    {%- if existing_edges is not none -%}
        {%- do adapter.drop_relation(existing_edges) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(graph, solved_relation) -%}
    {%- for relation in [solution.labels, changed, touched, edges] if relation != graph -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endfor -%}
    {%- do log(
        'connected_components ' ~ this.identifier ~ ': ' ~ solution.edges ~ ' edges, '
        ~ solution.rounds ~ ' rounds, ' ~ solution.jumps ~ ' pointer jumps', info=True
    ) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=False) -%}
    {%- do persist_docs(target_relation, model) -%}

    {#- Without it DuckDB forgets the table with the end of the connection. -#}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- The components of a graph by min-hook, pointer jumping and contraction.

    In a round every node hooks onto its smallest neighbour (or itself), the trees that result
    are flattened by pointer jumping (depth n in log2(n) jumps), and the graph shrinks to its
    roots; what remains are edges between roots. A round at least halves what still has edges,
    so rounds are logarithmic, in practice 3 to 7. The rounds are then composed from the last to
    the first, each on a smaller table than the one before.

    Arguments:
        graph: relation of distinct edges, `node_a` <= `node_b`; it stays.
        max_rounds: a graph that needs more is a failure.
    Returns: namespace with `labels` (work table: node_id, root_id; every node of the graph),
    `rounds`, `jumps`, `edges`, and `failure`: text, empty where all went well. -#}
{% macro connected_components_solve(graph, max_rounds) %}
    {%- set edge_count = run_query('select count(*) as edge_count from ' ~ graph).rows[0][0] -%}
    {%- set state = namespace(
        rounds=0, jumps=0, edges=edge_count, open=edge_count, failure='', labels=none
    ) -%}

    {%- for round in range(max_rounds) -%}
        {#- The first round also runs on an empty graph, so that there is a table to read. -#}
        {%- if round > 0 and state.open == 0 -%}{%- break -%}{%- endif -%}
        {%- set edges = connected_components_work_table('edges', round) if round > 0 else graph -%}

        {#- Hook: parent = smallest of the node and its neighbours. Parents are smaller than their
            children, so there is no cycle. -#}
        {%- set current = connected_components_work_table('jump_0', round) -%}
        {%- set next = connected_components_work_table('jump_1', round) -%}
        {%- do connected_components_create(current, "
            select both_ways.node_id, min(both_ways.parent_id) as parent_id, 1 as has_moved
            from (
                select node_b as node_id, node_a as parent_id from " ~ edges ~ "
                union all
                select node_a as node_id, node_a as parent_id from " ~ edges ~ "
            ) as both_ways
            group by both_ways.node_id
        ") -%}

        {#- Jump: parent = parent of the parent, until nobody moves. Depth halves with every jump:
            64 are enough for any bigint id. -#}
        {%- set loop_state = namespace(current=current, next=next, is_flat=false) -%}
        {%- for jump in range(64) -%}
            {%- do connected_components_create(loop_state.next, "
                select
                    child.node_id,
                    parent.parent_id,
                    case when child.parent_id = parent.parent_id then 0 else 1 end as has_moved
                from " ~ loop_state.current ~ " as child
                inner join " ~ loop_state.current ~ " as parent on child.parent_id = parent.node_id
            ") -%}
            {%- do adapter.drop_relation(loop_state.current) -%}
            {%- set swap = loop_state.current -%}
            {%- set loop_state.current = loop_state.next -%}
            {%- set loop_state.next = swap -%}
            {%- set state.jumps = state.jumps + 1 -%}
            {%- set moved = run_query(
                'select coalesce(sum(has_moved), 0) as moved from ' ~ loop_state.current
            ).rows[0][0] -%}
            {%- if moved == 0 -%}
                {%- set loop_state.is_flat = true -%}
                {%- break -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if not loop_state.is_flat -%}
            {%- set state.failure = 'pointer jumping did not end in round ' ~ (round + 1) -%}
        {%- endif -%}

        {%- set roots = connected_components_work_table('roots', round) -%}
        {%- do connected_components_create(
            roots, 'select node_id, parent_id as root_id from ' ~ loop_state.current
        ) -%}
        {%- do adapter.drop_relation(loop_state.current) -%}

        {#- Contract: the edges between different roots are the next, smaller graph. -#}
        {%- set contracted = connected_components_work_table('edges', round + 1) -%}
        {%- do connected_components_create(contracted, "
            select distinct
                least(root_a.root_id, root_b.root_id) as node_a,
                greatest(root_a.root_id, root_b.root_id) as node_b
            from " ~ edges ~ " as edges
            inner join " ~ roots ~ " as root_a on edges.node_a = root_a.node_id
            inner join " ~ roots ~ " as root_b on edges.node_b = root_b.node_id
            where root_a.root_id <> root_b.root_id
        ") -%}
        {%- if round > 0 -%}
            {%- do adapter.drop_relation(edges) -%}
        {%- endif -%}
        {%- set state.open = run_query(
            'select count(*) as edge_count from ' ~ contracted
        ).rows[0][0] -%}
        {%- set state.rounds = round + 1 -%}
        {%- if state.failure -%}{%- break -%}{%- endif -%}
    {%- endfor -%}

    {%- do adapter.drop_relation(connected_components_work_table('edges', state.rounds)) -%}
    {%- if state.open > 0 and not state.failure -%}
        {%- set state.failure = state.open ~ ' edges are left after ' ~ state.rounds ~ ' rounds' -%}
    {%- endif -%}
    {%- if state.failure -%}
        {%- for round in range(state.rounds) -%}
            {%- do adapter.drop_relation(connected_components_work_table('roots', round)) -%}
        {%- endfor -%}
        {{- return(state) -}}
    {%- endif -%}

    {#- Compose from the last round back to the first: a node's label is the label of its root. -#}
    {%- set last_roots = connected_components_work_table('roots', state.rounds - 1) -%}
    {%- set labels = namespace(relation=last_roots) -%}
    {%- for step in range(state.rounds - 1) -%}
        {%- set round = state.rounds - 2 - step -%}
        {%- set roots = connected_components_work_table('roots', round) -%}
        {%- set composed = connected_components_work_table('labels', round) -%}
        {%- do connected_components_create(composed, "
            select roots.node_id, coalesce(labels.root_id, roots.root_id) as root_id
            from " ~ roots ~ " as roots
            left join " ~ labels.relation ~ " as labels on roots.root_id = labels.node_id
        ") -%}
        {%- do adapter.drop_relation(labels.relation) -%}
        {%- do adapter.drop_relation(roots) -%}
        {%- set labels.relation = composed -%}
    {%- endfor -%}
    {%- set state.labels = labels.relation -%}
    {{- return(state) -}}
{% endmacro %}

{#- Drop what a run that broke off may have left behind. Rounds and levels are numbered from 0
    without gaps; the materializations below drop them from the last one. -#}
{% macro connected_components_sweep() -%}
    {%- for part in ['graph', 'changed', 'touched', 'open_edges', 'labels'] -%}
        {%- do connected_components_drop(connected_components_work_table(part)) -%}
    {%- endfor -%}
    {%- for number in range(10000) -%}
        {%- set found = [] -%}
        {%- for part in ['edges', 'jump_0', 'jump_1', 'roots', 'labels', 'level'] -%}
            {%- if connected_components_drop(connected_components_work_table(part, number)) -%}
                {%- do found.append(part) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if number > 0 and not found -%}{%- break -%}{%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Drop a work table where it exists; whether it did. -#}
{% macro connected_components_drop(relation) -%}
    {%- set found = adapter.get_relation(
        relation.database, relation.schema, relation.identifier
    ) -%}
    {%- if found -%}
        {%- do adapter.drop_relation(found) -%}
    {%- endif -%}
    {{- return(found is not none) -}}
{%- endmacro %}

{#- A work table of the materialization above: its relation, by part and, inside of a round, its
    number. -#}
{% macro connected_components_work_table(part, round=none) -%}
    {%- set suffix = '' if round is none else '_' ~ round -%}
    {{ return(this.incorporate(
        path={'identifier': this.identifier ~ '__cc_' ~ part ~ suffix}, type='table'
    )) }}
{%- endmacro %}

{#- Create a work table of the materialization above out of a query. -#}
{% macro connected_components_create(relation, query) -%}
    {%- do run_query(create_table_as(False, relation, query)) -%}
{%- endmacro %}
