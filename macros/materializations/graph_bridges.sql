{#-
    Materialization `graph_bridges`: a spanning tree of each component of an undirected graph, as a
    table, and which of its edges are bridges, edges whose loss takes the component apart.

    The model's SQL gives `node_a`, `node_b`, `root_id`, `weight` and `mark`, all bigint. A row with
    node_a = node_b is a node: root_id names the node of its component where the tree begins,
    weight and mark are added up. Every node has one such row. Any other row is an edge; it may come
    twice and in both directions, and its last three columns are ignored.

    The table has one row per node:
    - `node_id`, `root_id` as given;
    - `depth`: edges from the root; null for what lies deeper than max_depth;
    - `parent_id`: next node towards the root, the smallest where there are several; null for a
        root;
    - `weight_below`, `mark_below`: sums over the node and all that hangs on it;
    - `is_bridge`: the edge to the parent is a bridge.
    An edge outside the tree closes a ring through all tree edges between its ends. Each such edge
    has a number out of a hash, and the numbers of all that end in a subtree are xor-ed: those of
    both ends cancel out, so that what is left is 0 where no ring passes the edge above the subtree.
    (Wrongly 0 with odds of one in 2^60.) No edge outside the tree can be a bridge.

    Config: max_depth (default 60). A tree that is deeper has nodes without depth, and what the
    table says of its component does not hold. One query a level and direction, in plain SQL, CREATE
    TABLE AS SELECT only: the same text on DuckDB and Spark. Work tables are named `<model>__gb_…`.
-#}
{% materialization graph_bridges, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set max_depth = config.get('max_depth', 60) | int -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {#- What a run that broke off may have left behind. -#}
    {%- for part in ['given', 'edges', 'own', 'result'] -%}
        {%- do graph_bridges_drop(graph_bridges_work_table(part)) -%}
    {%- endfor -%}
    {%- for depth in range(max_depth + 1) -%}
        {%- do graph_bridges_drop(graph_bridges_work_table('level', depth)) -%}
        {%- do graph_bridges_drop(graph_bridges_work_table('sums', depth)) -%}
    {%- endfor -%}

    {%- set given = graph_bridges_work_table('given') -%}
    {%- do graph_bridges_create(given, compiled_code) -%}
    {%- set edges = graph_bridges_work_table('edges') -%}
    {%- do graph_bridges_create(edges, "
        select node_a as node_id, node_b as neighbour_id from " ~ given ~ " where node_a <> node_b
        union
        select node_b as node_id, node_a as neighbour_id from " ~ given ~ " where node_a <> node_b
    ") -%}

    {#- Downwards: a level is what hangs on the level above and was not met before. Neighbours lie
        one level apart or on the same one, so two levels are looked at, not all. -#}
    {%- set state = namespace(depth=0, open=true) -%}
    {%- do graph_bridges_create(graph_bridges_work_table('level', 0), "
        select node_a as node_id, cast(null as bigint) as parent_id
        from " ~ given ~ " where node_a = node_b and node_a = root_id
    ") -%}
    {%- for depth in range(1, max_depth + 1) -%}
        {%- set above = graph_bridges_work_table('level', depth - 1) -%}
        {%- set before = graph_bridges_work_table('level', [depth - 2, 0] | max) -%}
        {%- set level = graph_bridges_work_table('level', depth) -%}
        {%- do graph_bridges_create(level, "
            select edges.neighbour_id as node_id, min(edges.node_id) as parent_id
            from " ~ above ~ " as above
            inner join " ~ edges ~ " as edges on above.node_id = edges.node_id
            left join " ~ above ~ " as beside on edges.neighbour_id = beside.node_id
            left join " ~ before ~ " as before on edges.neighbour_id = before.node_id
            where beside.node_id is null and before.node_id is null
            group by edges.neighbour_id
        ") -%}
        {%- if run_query("select 1 as one from " ~ level ~ " limit 1") | length == 0 -%}
            {%- do adapter.drop_relation(level) -%}
            {%- break -%}
        {%- endif -%}
        {%- set state.depth = depth -%}
    {%- endfor -%}

    {#- Of each node: its weights, and the xor of the edges outside the tree that end in it. An edge
        of a node that was not reached belongs to a component that is not answered for. -#}
    {%- set own = graph_bridges_work_table('own') -%}
    {%- do graph_bridges_create(own, "
        select
            nodes.node_a as node_id,
            max(nodes.weight) as weight,
            max(nodes.mark) as mark,
            coalesce(bit_xor(outside.edge_hash), 0) as edge_xor
        from " ~ given ~ " as nodes
        left join (
            select
                edges.node_id,
                " ~ hash_bigint(
                    "cast(least(edges.node_id, edges.neighbour_id) as string) || '|'"
                    ~ " || cast(greatest(edges.node_id, edges.neighbour_id) as string)"
                ) ~ " as edge_hash
            from " ~ edges ~ " as edges
            left join (" ~ graph_bridges_levels(state.depth) ~ ") as child
                on edges.node_id = child.node_id and edges.neighbour_id = child.parent_id
            left join (" ~ graph_bridges_levels(state.depth) ~ ") as parent
                on edges.neighbour_id = parent.node_id and edges.node_id = parent.parent_id
            where child.node_id is null and parent.node_id is null
        ) as outside on nodes.node_a = outside.node_id
        where nodes.node_a = nodes.node_b
        group by nodes.node_a
    ") -%}

    {#- Upwards: what a node is worth with all that hangs on it. -#}
    {%- for step in range(state.depth + 1) -%}
        {%- set depth = state.depth - step -%}
        {%- set below = graph_bridges_work_table('sums', depth + 1) -%}
        {%- do graph_bridges_create(graph_bridges_work_table('sums', depth), "
            select
                level.node_id,
                max(level.parent_id) as parent_id,
                cast(sum(parts.weight) as bigint) as weight_below,
                cast(sum(parts.mark) as bigint) as mark_below,
                bit_xor(parts.edge_xor) as edge_xor
            from " ~ graph_bridges_work_table('level', depth) ~ " as level
            inner join (
                select node_id, weight, mark, edge_xor from " ~ own
                ~ ("
                union all
                select parent_id as node_id, weight_below as weight, mark_below as mark, edge_xor
                from " ~ below if step > 0 else "") ~ "
            ) as parts on level.node_id = parts.node_id
            group by level.node_id
        ") -%}
    {%- endfor -%}

    {%- set result = graph_bridges_work_table('result') -%}
    {%- set reached -%}
        {%- for depth in range(state.depth + 1) -%}
            {% if depth > 0 %} union all {% endif %}
            select node_id, parent_id, {{ depth }} as depth, weight_below, mark_below, edge_xor
            from {{ graph_bridges_work_table('sums', depth) }}
        {%- endfor -%}
    {%- endset -%}
    {% call statement('main') -%}
        {{ create_table_as(False, result, "
            select
                nodes.node_a as node_id,
                nodes.root_id,
                reached.depth,
                reached.parent_id,
                reached.weight_below,
                reached.mark_below,
                case when reached.parent_id is not null then reached.edge_xor = 0 end as is_bridge
            from " ~ given ~ " as nodes
            left join (" ~ reached ~ ") as reached on nodes.node_a = reached.node_id
            where nodes.node_a = nodes.node_b
        ") }}
    {%- endcall %}
    {%- if existing_relation is not none -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(result, target_relation) -%}
    {%- for part in [given, edges, own] -%}
        {%- do adapter.drop_relation(part) -%}
    {%- endfor -%}
    {%- for depth in range(state.depth + 1) -%}
        {%- do adapter.drop_relation(graph_bridges_work_table('level', depth)) -%}
        {%- do adapter.drop_relation(graph_bridges_work_table('sums', depth)) -%}
    {%- endfor -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=False) -%}
    {%- do persist_docs(target_relation, model) -%}

    {#- Without it DuckDB forgets the table with the end of the connection. -#}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- The nodes of all levels with their parents, as a query. -#}
{% macro graph_bridges_levels(depth) -%}
    {%- for level in range(depth + 1) -%}
        {% if level > 0 %} union all {% endif %}
        select node_id, parent_id from {{ graph_bridges_work_table('level', level) }}
    {%- endfor -%}
{%- endmacro %}

{#- A work table of the materialization above: its relation, by part and, of a level, its depth. -#}
{% macro graph_bridges_work_table(part, depth=none) -%}
    {%- set suffix = '' if depth is none else '_' ~ depth -%}
    {{ return(this.incorporate(
        path={'identifier': this.identifier ~ '__gb_' ~ part ~ suffix}, type='table'
    )) }}
{%- endmacro %}

{#- Create a work table of the materialization above out of a query. -#}
{% macro graph_bridges_create(relation, query) -%}
    {%- do run_query(create_table_as(False, relation, query)) -%}
{%- endmacro %}

{#- Drop a work table where it exists. -#}
{% macro graph_bridges_drop(relation) -%}
    {%- set found = adapter.get_relation(
        relation.database, relation.schema, relation.identifier
    ) -%}
    {%- if found -%}
        {%- do adapter.drop_relation(found) -%}
    {%- endif -%}
{%- endmacro %}
