{#-
    Materialization `connected_components_by_level`: the components of a small graph as it grows
    level by level, as a table.

    The model's SQL gives edges: columns `node_a` and `node_b` (bigint) and `level` (int, 1 or
    more), none of them null. An edge may come twice, in both directions, in several levels, or lead
    from a node to itself. The table has one row per node of the graph and level that occurs in it:
    `node_id`, `level`, `component_id`: the smallest node of the component that the edges of this
    level and of all lower ones form. A node that they do not reach yet is a component of its own.

    Method: the components of a level are the nodes of the next one, so each edge is solved once
    (macro `connected_components_solve`).

    Always solved as a whole: for graphs of which little is expected, and mostly nothing at all. No
    edges cost one count and one empty table.

    Config: max_rounds (default 60) for each level. Work tables are those of materialization
    `connected_components`, with which it shares its macros.
-#}
{% materialization connected_components_by_level, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set max_rounds = config.get('max_rounds', 60) | int -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- do connected_components_sweep() -%}

    {%- set graph = connected_components_work_table('graph') -%}
    {%- do connected_components_create(graph, "
        select distinct
            least(given.node_a, given.node_b) as node_a,
            greatest(given.node_a, given.node_b) as node_b,
            given.level,
            given.node_a is null or given.node_b is null or given.level is null or given.level < 1
                as is_wrong
        from (" ~ compiled_code ~ ") as given
    ") -%}
    {%- set counted = run_query("
        select count(*) as edge_count, max(case when is_wrong then 1 else 0 end) as has_wrong
        from " ~ graph
    ).rows[0] -%}
    {%- if counted[1] == 1 -%}
        {%- do adapter.drop_relation(graph) -%}
        {%- do exceptions.raise_compiler_error(
            'connected_components_by_level: ' ~ this.identifier ~ ' gives edges with a null node,'
            ~ ' a null level or a level below 1.'
        ) -%}
    {%- endif -%}

    {%- set state = namespace(rounds=0, jumps=0, failure='', levels=[]) -%}
    {%- if counted[0] > 0 -%}
        {%- set before = connected_components_work_table('level', 0) -%}
        {%- do connected_components_create(before, "
            select node_a as node_id, node_a as component_id from " ~ graph ~ "
            union
            select node_b as node_id, node_b as component_id from " ~ graph
        ) -%}
        {%- set levels = run_query(
            'select distinct level from ' ~ graph ~ ' order by level'
        ).columns[0].values() | map('int') | list -%}
        {%- for level in levels -%}
            {%- set before = connected_components_work_table('level', loop.index0) -%}
            {%- set edges = connected_components_work_table('open_edges') -%}
            {%- do connected_components_create(edges, "
                select distinct
                    least(label_a.component_id, label_b.component_id) as node_a,
                    greatest(label_a.component_id, label_b.component_id) as node_b
                from " ~ graph ~ " as graph
                inner join " ~ before ~ " as label_a on graph.node_a = label_a.node_id
                inner join " ~ before ~ " as label_b on graph.node_b = label_b.node_id
                where
                    graph.level = " ~ level ~ "
                    and label_a.component_id <> label_b.component_id
            ") -%}
            {%- set solution = connected_components_solve(edges, max_rounds) -%}
            {%- do adapter.drop_relation(edges) -%}
            {%- if solution.failure -%}
                {%- set state.failure = 'level ' ~ level ~ ' ' ~ solution.failure -%}
                {%- break -%}
            {%- endif -%}
            {%- set after = connected_components_work_table('level', loop.index) -%}
            {%- do connected_components_create(after, "
                select
                    before.node_id,
                    coalesce(solution.root_id, before.component_id) as component_id
                from " ~ before ~ " as before
                left join " ~ solution.labels ~ " as solution
                    on before.component_id = solution.node_id
            ") -%}
            {%- do adapter.drop_relation(solution.labels) -%}
            {%- set state.rounds = [state.rounds, solution.rounds] | max -%}
            {%- set state.jumps = [state.jumps, solution.jumps] | max -%}
            {%- do state.levels.append(level) -%}
        {%- endfor -%}
    {%- endif -%}

    {%- set result = connected_components_work_table('labels') -%}
    {%- if not state.failure -%}
        {% call statement('main') -%}
            {#- No rows, but the types of the columns. -#}
            {{ create_table_as(False, result, "
                select graph.node_a as node_id, graph.level, graph.node_a as component_id
                from " ~ graph ~ " as graph
                where 1 = 0"
                ~ connected_components_levels(graph, state.levels)
            ) }}
        {%- endcall -%}
    {%- endif -%}

    {#- From the last one: the sweep of a later run looks for them from the first one on. -#}
    {%- if counted[0] > 0 -%}
        {%- for number in range(state.levels | length, -1, -1) -%}
            {%- do adapter.drop_relation(connected_components_work_table('level', number)) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do adapter.drop_relation(graph) -%}
    {%- if state.failure -%}
        {%- do exceptions.raise_compiler_error(
            'connected_components_by_level: ' ~ this.identifier ~ ', ' ~ state.failure
            ~ ' The previous table is untouched.'
        ) -%}
    {%- endif -%}
    {%- if existing_relation is not none -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(result, target_relation) -%}
    {%- do log(
        'connected_components_by_level ' ~ this.identifier ~ ': ' ~ counted[0] ~ ' edges, '
        ~ state.levels | length ~ ' levels, at most ' ~ state.rounds ~ ' rounds and '
        ~ state.jumps ~ ' pointer jumps a level', info=True
    ) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=False) -%}
    {%- do persist_docs(target_relation, model) -%}

    {#- Without it DuckDB forgets the table with the end of the connection. -#}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- The labels of all solved levels under each other, each with its level. -#}
{% macro connected_components_levels(graph, levels) -%}
    {%- for level in levels %}
                union all
                select node_id, {{ level }} as level, component_id
                from {{ connected_components_work_table('level', loop.index) }}
    {%- endfor -%}
{%- endmacro %}
