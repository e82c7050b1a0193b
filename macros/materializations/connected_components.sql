{#-
    Materialization `connected_components`: the components of an undirected graph, as a table.

    The model's SQL gives edges: columns `node_a` and `node_b`, bigint, not null. An edge may
    come twice, in both directions, or lead from a node to itself (that is how a node without
    neighbours gets into the result). The table has one row per node: `node_id`,
    `component_id`, where component_id is the smallest node_id of the component, so the result
    depends on nothing but the graph.

    Method: min-hook, pointer jumping, contraction. In a round every node hooks onto its
    smallest neighbour (or itself), the trees that result are flattened by pointer jumping
    (depth n in log2(n) jumps), and the graph shrinks to its roots; what remains are edges
    between roots. A round at least halves what still has edges, so rounds are logarithmic, in
    practice 3 to 7. The rounds are then composed from the last to the first, each on a smaller
    table than the one before.

    Every step is a CREATE TABLE AS SELECT in plain SQL: no MERGE, UPDATE or DELETE, so that
    the same text runs on DuckDB and on Spark with parquet tables.

    Config: max_rounds (default 60: enough for 2^60 nodes, so reaching it means a defect). Work
    tables are named `<model>__cc_…` and live in the model's schema. They are dropped at the
    end, before the error of a graph that does not converge, and, where a run broke off in SQL,
    by the transaction (DuckDB) or by the next run (Spark).
-#}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set max_rounds = config.get('max_rounds', 60) | int -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {#- What a broken run may have left behind: rounds are numbered without gaps. -#}
    {%- for round in range(max_rounds + 1) -%}
        {%- set found = [] -%}
        {%- for part in ['edges', 'jump_0', 'jump_1', 'roots', 'labels'] -%}
            {%- set leftover = connected_components_work_table(part, round) -%}
            {%- if adapter.get_relation(leftover.database, leftover.schema, leftover.identifier) -%}
                {%- do adapter.drop_relation(leftover) -%}
                {%- do found.append(part) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if round > 0 and not found -%}{%- break -%}{%- endif -%}
    {%- endfor -%}

    {#- Undirected, once each: the smaller id first. -#}
    {%- set edges = connected_components_work_table('edges', 0) -%}
    {%- do connected_components_create(edges, "
        select distinct
            least(graph.node_a, graph.node_b) as node_a,
            greatest(graph.node_a, graph.node_b) as node_b,
            graph.node_a is null or graph.node_b is null as is_broken
        from (" ~ compiled_code ~ ") as graph
    ") -%}
    {%- set counts = run_query("
        select count(*) as edge_count, sum(case when is_broken then 1 else 0 end) as broken_count
        from " ~ edges
    ).rows[0] -%}
    {%- if (counts[1] or 0) > 0 -%}
        {%- do adapter.drop_relation(edges) -%}
        {%- do exceptions.raise_compiler_error(
            'connected_components: ' ~ this.identifier ~ ' gives edges with a null node; '
            ~ 'node_a and node_b must both be filled (a node alone is an edge to itself).'
        ) -%}
    {%- endif -%}
    {%- set state = namespace(rounds=0, jumps=0, edges=counts[0], open=counts[0], failure='') -%}

    {%- for round in range(max_rounds) -%}
        {#- The first round also runs on an empty graph, so that there is a table to read. -#}
        {%- if round > 0 and state.open == 0 -%}{%- break -%}{%- endif -%}
        {%- set edges = connected_components_work_table('edges', round) -%}

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
        {%- do adapter.drop_relation(edges) -%}
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
        {%- do exceptions.raise_compiler_error(
            'connected_components: ' ~ this.identifier ~ ' did not converge: ' ~ state.failure
            ~ ' (max_rounds: ' ~ max_rounds ~ '). The previous table is untouched.'
        ) -%}
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

    {%- if existing_relation is not none -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {% call statement('main') -%}
        {{ create_table_as(
            False,
            target_relation,
            'select node_id, root_id as component_id from ' ~ labels.relation
        ) }}
    {%- endcall %}
    {%- do adapter.drop_relation(labels.relation) -%}
    {%- do log(
        'connected_components ' ~ this.identifier ~ ': ' ~ state.edges ~ ' edges, '
        ~ state.rounds ~ ' rounds, ' ~ state.jumps ~ ' pointer jumps', info=True
    ) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=False) -%}
    {%- do persist_docs(target_relation, model) -%}

    {#- Without it DuckDB forgets the table with the end of the connection. -#}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- A work table of the materialization above: its relation, by part and round. -#}
{% macro connected_components_work_table(part, round) -%}
    {{ return(this.incorporate(
        path={'identifier': this.identifier ~ '__cc_' ~ part ~ '_' ~ round}, type='table'
    )) }}
{%- endmacro %}

{#- Create a work table of the materialization above out of a query. -#}
{% macro connected_components_create(relation, query) -%}
    {%- do run_query(create_table_as(False, relation, query)) -%}
{%- endmacro %}
