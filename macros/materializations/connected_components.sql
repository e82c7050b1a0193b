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

    Which edges changed is found in one of two ways, by config `edges`:

    all (default)   The model gives all edges; they are compared with those solved last.
    changes         Once something is solved (macro `connected_components_is_solved`), the model
                    gives only what changed, with a third column: `is_removed`. Before that, and
                    with --full-refresh, it gives all edges, none of them removed. An edge that is
                    there already and a removal of one that is not change nothing, so the same
                    changes may come twice; the same edge as new and as removed is an error. A
                    change that is never given is never solved: compare with
                    `connected_components_solved_edges`, what truly was solved, not with what the
                    run before may have given.

    An engine with transactions writes the rows that changed; one without writes both tables anew
    (macro `connected_components_write`). A run that breaks off is taken back, or the edges are
    gone, and the next run solves everything.

    Config: edges; max_rounds (default 60: enough for 2^60 nodes, so reaching it means a defect).
    Work tables are named `<model>__cc_…` and live in the model's schema. They are dropped at the
    end, before the error of a graph that does not converge, and, where a run broke off in SQL,
    by the transaction (DuckDB) or by the next run (Spark).
-#}
{% materialization connected_components, default %}
    {%- set gives_changes = config.get('edges', 'all') == 'changes' -%}
    {%- if config.get('edges', 'all') not in ['all', 'changes'] -%}
        {%- do exceptions.raise_compiler_error(
            "connected_components: config edges of " ~ this.identifier ~ " is neither 'all' nor"
            ~ " 'changes'."
        ) -%}
    {%- endif -%}
    {%- set max_rounds = config.get('max_rounds', 60) | int -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- do connected_components_sweep() -%}
    {%- if connected_components_is_solved() -%}
        {%- set state = connected_components_solve_changes(
            compiled_code, gives_changes, max_rounds
        ) -%}
    {%- else -%}
        {%- set state = connected_components_solve_all(compiled_code, gives_changes, max_rounds) -%}
    {%- endif -%}
    {%- if state.failure -%}
        {%- do connected_components_drop_parts(connected_components_parts()) -%}
        {%- do exceptions.raise_compiler_error(
            'connected_components: ' ~ this.identifier ~ ' ' ~ state.failure
            ~ ' The previous table is untouched.'
        ) -%}
    {%- endif -%}

    {%- if not state.is_partial -%}
        {%- do connected_components_replace(
            'select node_id, root_id as component_id from ' ~ state.solution,
            connected_components_work_table('graph')
        ) -%}
    {%- elif state.solution -%}
        {%- do adapter.dispatch('connected_components_write', 'stammkunde')(state.solution) -%}
    {%- else -%}
        {#- Nothing changed. dbt wants a statement of this name. -#}
        {% call statement('main') -%}
            select 1 as one
        {%- endcall %}
    {%- endif -%}
    {%- if state.is_partial -%}
        {%- do connected_components_drop_parts(
            ['graph', 'changed', 'touched', 'open_nodes', 'open_edges']
        ) -%}
    {%- endif -%}
    {%- if state.solution -%}
        {%- do adapter.drop_relation(state.solution) -%}
    {%- endif -%}
    {%- do log(
        'connected_components ' ~ this.identifier ~ ': ' ~ state.edges ~ ' edges, '
        ~ state.rounds ~ ' rounds, ' ~ state.jumps ~ ' pointer jumps', info=True
    ) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=False) -%}
    {%- do persist_docs(target_relation, model) -%}

    {#- Without it DuckDB forgets the table with the end of the connection. -#}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Whether a model of materialization `connected_components` is solved, so that this run solves
    only what changed: what a model with `edges: changes` asks to know what it has to give. -#}
{% macro connected_components_is_solved() -%}
    {%- if not execute -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- set labels = load_cached_relation(this) -%}
    {{- return(
        labels is not none and labels.is_table and not should_full_refresh()
        and connected_components_solved_edges(this) is not none
    ) -}}
{%- endmacro %}

{#- The edges that a model of materialization `connected_components` solved last: a table of
    node_a, node_b (node_a <= node_b, each edge once); none where nothing was solved.

    Arguments:
        relation: relation of the model. -#}
{% macro connected_components_solved_edges(relation) -%}
    {%- if not execute -%}
        {{- return(none) -}}
    {%- endif -%}
    {{- return(adapter.get_relation(
        relation.database, relation.schema, relation.identifier ~ '__solved_edges'
    )) -}}
{%- endmacro %}

{#- Solve all edges. Leaves work table `graph`, the edges.

    Arguments:
        query: the model's SQL.
        gives_changes: whether it has a column is_removed, which must be false then.
        max_rounds: see the materialization.
    Returns: namespace with `is_partial` (false), `solution` (work table: node_id, root_id),
    `edges`, `rounds`, `jumps`, and `failure`: text, empty where all went well. -#}
{% macro connected_components_solve_all(query, gives_changes, max_rounds) -%}
    {%- set graph = connected_components_work_table('graph') -%}
    {%- do connected_components_create(
        graph, 'select distinct node_a, node_b from '
        ~ connected_components_undirected(query, 'given.is_removed' if gives_changes else none)
    ) -%}
    {%- if run_query(
        "select 1 as one from " ~ graph ~ " where node_a is null or node_b is null limit 1"
    ) | length -%}
        {{- return(namespace(failure=connected_components_wrong_edges(gives_changes))) -}}
    {%- endif -%}
    {%- set solution = connected_components_solve(graph, max_rounds) -%}
    {{- return(namespace(
        is_partial=false, solution=solution.labels, edges=solution.edges, rounds=solution.rounds,
        jumps=solution.jumps, failure=solution.failure
    )) -}}
{%- endmacro %}

{#- Solve what changed since the edges that were solved last. Leaves work tables:
    `changed` (node_a, node_b, is_new): edges that are new or gone, truly;
    `touched` (component_id): components that lost an edge, whose labels hold no longer;
    `open_nodes` (node_id, component_id, is_touched): ends of changed edges and nodes of touched
    components; the component whose label stands for them, null where they stand for themselves.

    Arguments and returns: as above, with `is_partial` true; `solution` relabels the components and
    nodes that open_nodes stands for; none where nothing changed. -#}
{% macro connected_components_solve_changes(query, gives_changes, max_rounds) -%}
    {%- set solved = connected_components_solved_edges(this) -%}
    {%- set changed = connected_components_work_table('changed') -%}
    {%- set touched = connected_components_work_table('touched') -%}
    {%- set open_nodes = connected_components_work_table('open_nodes') -%}
    {%- set open_edges = connected_components_work_table('open_edges') -%}

    {%- if gives_changes -%}
        {%- set given = connected_components_work_table('graph') -%}
        {%- do connected_components_create(given, "
            select
                node_a,
                node_b,
                max(case when is_removed then 0 else 1 end) as is_new,
                max(case when is_removed then 1 else 0 end) as is_gone,
                max(case when is_removed is null then 1 else 0 end) as is_unclear
            from " ~ connected_components_undirected(query, further='given.is_removed') ~ "
            group by node_a, node_b
        ") -%}
        {%- set wrong = "
            select 1 as one from " ~ given ~ "
            where node_a is null or node_b is null or is_new = is_gone or is_unclear = 1
            limit 1
        " -%}
        {%- do connected_components_create(changed, "
            select given.node_a, given.node_b, given.is_new = 1 as is_new
            from " ~ given ~ " as given
            left join " ~ solved ~ " as solved
                on given.node_a = solved.node_a and given.node_b = solved.node_b
            where (given.is_new = 1) = (solved.node_a is null)
        ") -%}
    {%- else -%}
        {#- Not made distinct before: that would cost more than the comparison. -#}
        {%- do connected_components_create(changed, "
            select distinct
                coalesce(given.node_a, solved.node_a) as node_a,
                coalesce(given.node_b, solved.node_b) as node_b,
                solved.node_a is null as is_new
            from " ~ connected_components_undirected(query) ~ "
            full outer join " ~ solved ~ " as solved
                on given.node_a = solved.node_a and given.node_b = solved.node_b
            where given.node_a is null or solved.node_a is null
        ") -%}
        {%- set wrong = "
            select 1 as one from " ~ changed ~ " where node_a is null or node_b is null limit 1
        " -%}
    {%- endif -%}
    {%- if run_query(wrong) | length -%}
        {{- return(namespace(failure=connected_components_wrong_edges(gives_changes))) -}}
    {%- endif -%}
    {%- if not run_query("select 1 as one from " ~ changed ~ " limit 1") | length -%}
        {{- return(namespace(
            is_partial=true, solution=none, edges=0, rounds=0, jumps=0, failure=''
        )) -}}
    {%- endif -%}

    {%- do connected_components_create(touched, "
        select distinct labels.component_id
        from " ~ this ~ " as labels
        inner join " ~ changed ~ " as changed on labels.node_id = changed.node_a
        where not changed.is_new
    ") -%}
    {%- do connected_components_create(open_nodes, "
        select
            ends.node_id,
            case when touched.component_id is null then labels.component_id end as component_id,
            touched.component_id is not null as is_touched
        from (
            select node_a as node_id from " ~ changed ~ "
            union
            select node_b as node_id from " ~ changed ~ "
        ) as ends
        left join " ~ this ~ " as labels on ends.node_id = labels.node_id
        left join " ~ touched ~ " as touched on labels.component_id = touched.component_id
        union
        select labels.node_id, cast(null as bigint) as component_id, true as is_touched
        from " ~ this ~ " as labels
        inner join " ~ touched ~ " as touched on labels.component_id = touched.component_id
    ") -%}
    {%- do connected_components_create(open_edges, "
        select distinct
            least(
                coalesce(end_a.component_id, end_a.node_id),
                coalesce(end_b.component_id, end_b.node_id)
            ) as node_a,
            greatest(
                coalesce(end_a.component_id, end_a.node_id),
                coalesce(end_b.component_id, end_b.node_id)
            ) as node_b
        from (
            select node_a, node_b
            from " ~ changed ~ "
            where is_new
            union all
            select solved.node_a, solved.node_b
            from " ~ solved ~ " as solved
            inner join " ~ open_nodes ~ " as open_nodes on solved.node_a = open_nodes.node_id
            left join " ~ changed ~ " as changed
                on solved.node_a = changed.node_a and solved.node_b = changed.node_b
            where open_nodes.is_touched and changed.node_a is null
        ) as open_edges
        inner join " ~ open_nodes ~ " as end_a on open_edges.node_a = end_a.node_id
        inner join " ~ open_nodes ~ " as end_b on open_edges.node_b = end_b.node_id
    ") -%}
    {%- set solution = connected_components_solve(open_edges, max_rounds) -%}
    {{- return(namespace(
        is_partial=true, solution=solution.labels, edges=solution.edges, rounds=solution.rounds,
        jumps=solution.jumps, failure=solution.failure
    )) -}}
{%- endmacro %}

{#- The edges of a model without direction, the smaller id first, as relation `given`. Both nodes
    are null where one of them is.

    Arguments:
        query: the model's SQL.
        must_not: SQL of a condition; both nodes are null where it is not false.
        further: SQL of a column to keep. -#}
{% macro connected_components_undirected(query, must_not=none, further=none) -%}
    {%- set is_good = 'not (' ~ must_not ~ ')' if must_not else '1 = 1' -%}
    (
        select
            case when given.node_b is not null and {{ is_good }}
                then least(given.node_a, given.node_b) end as node_a,
            case when given.node_a is not null and {{ is_good }}
                then greatest(given.node_a, given.node_b) end as node_b
            {%- if further %}, {{ further }}{% endif %}
        from ({{ query }}) as given
    ) as given
{%- endmacro %}

{#- What to say of edges that cannot be solved. -#}
{% macro connected_components_wrong_edges(gives_changes) -%}
    {%- set nodes = 'gives edges with a null node; node_a and node_b must both be filled'
        ~ ' (a node alone is an edge to itself).' -%}
    {%- set changes = ' Or is_removed is null, the same edge is new as well as removed, or one is'
        ~ ' removed where nothing is solved yet.' -%}
    {{- return(nodes ~ (changes if gives_changes else '')) -}}
{%- endmacro %}

{#- Write the labels and the solved edges after `connected_components_solve_changes`.

    Arguments:
        solution: relation of the new labels, by component or node.
    Returns: nothing. Written anew as a whole where an engine has no transactions that hold
    several statements together; else only what changed. -#}
{% macro default__connected_components_write(solution) -%}
    {%- set changed = connected_components_work_table('changed') -%}
    {%- set edges = connected_components_work_table('solved') -%}
    {%- do connected_components_create(edges, "
        select solved.node_a, solved.node_b
        from " ~ connected_components_solved_edges(this) ~ " as solved
        left join " ~ changed ~ " as changed
            on solved.node_a = changed.node_a and solved.node_b = changed.node_b
        where changed.node_a is null
        union all
        select node_a, node_b
        from " ~ changed ~ "
        where is_new
    ") -%}
    {%- do connected_components_replace("
        select
            labels.node_id,
            coalesce(solution.root_id, labels.component_id) as component_id
        from " ~ this ~ " as labels
        left join " ~ connected_components_work_table('touched') ~ " as touched
            on labels.component_id = touched.component_id
        left join " ~ solution ~ " as solution on labels.component_id = solution.node_id
        where touched.component_id is null
        union all
        select solution.node_id, solution.root_id as component_id
        from " ~ solution ~ " as solution
        inner join " ~ connected_components_work_table('open_nodes') ~ " as open_nodes
            on solution.node_id = open_nodes.node_id
        where open_nodes.component_id is null
    ", edges) -%}
{%- endmacro %}

{% macro duckdb__connected_components_write(solution) -%}
    {%- set solved = connected_components_solved_edges(this) -%}
    {%- set changed = connected_components_work_table('changed') -%}
    {%- set moved = connected_components_work_table('moved') -%}
    {#- Open already, unless the profile forbids dbt to open one: these statements need it. -#}
    {%- do adapter.ensure_transaction() -%}
    {%- do run_query("
        delete from " ~ this ~ " as labels
        using " ~ connected_components_work_table('touched') ~ " as touched
        where labels.component_id = touched.component_id
    ") -%}
    {#- A component that nothing met, or only what has larger ids, keeps its label. Rows that change
        are deleted and inserted: half the time of an update of rows that lie apart, since their
        neighbours are not written again. -#}
    {%- do connected_components_create(moved, "
        select labels.node_id, solution.root_id
        from " ~ this ~ " as labels
        inner join " ~ solution ~ " as solution on labels.component_id = solution.node_id
        where solution.node_id <> solution.root_id
        union all
        select solution.node_id, solution.root_id
        from " ~ solution ~ " as solution
        inner join " ~ connected_components_work_table('open_nodes') ~ " as open_nodes
            on solution.node_id = open_nodes.node_id
        where open_nodes.component_id is null
    ") -%}
    {%- do run_query("
        delete from " ~ this ~ " as labels
        using " ~ solution ~ " as solution
        where labels.component_id = solution.node_id and solution.node_id <> solution.root_id
    ") -%}
    {% call statement('main') -%}
        insert into {{ this }} (node_id, component_id)
        select node_id, root_id from {{ moved }}
    {%- endcall %}
    {%- do adapter.drop_relation(moved) -%}
    {%- do run_query("
        delete from " ~ solved ~ " as solved
        using " ~ changed ~ " as changed
        where
            solved.node_a = changed.node_a
            and solved.node_b = changed.node_b
            and not changed.is_new
    ") -%}
    {%- do run_query("
        insert into " ~ solved ~ " (node_a, node_b)
        select node_a, node_b
        from " ~ changed ~ "
        where is_new
    ") -%}
{%- endmacro %}

{#- Put new labels and new solved edges in the place of the old ones.

    The old edges go first and the new ones come last: where an engine without transactions breaks
    off in between, there are no solved edges, and the next run solves everything. Labels beside
    the edges of another run would stay wrong.

    Arguments:
        labels_query: SQL of the labels.
        edges: work table of the edges, which is renamed.
    Returns: nothing. -#}
{% macro connected_components_replace(labels_query, edges) -%}
    {%- set labels = connected_components_work_table('labels') -%}
    {% call statement('main') -%}
        {{ create_table_as(False, labels, labels_query) }}
    {%- endcall %}
    {%- for old in [connected_components_solved_edges(this), load_cached_relation(this)] if old -%}
        {%- do adapter.drop_relation(old) -%}
    {%- endfor -%}
    {%- do adapter.rename_relation(labels, this.incorporate(type='table')) -%}
    {%- do adapter.rename_relation(edges, this.incorporate(
        path={'identifier': this.identifier ~ '__solved_edges'}, type='table'
    )) -%}
{%- endmacro %}

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
            select both_ways.node_id, min(both_ways.root_id) as root_id, 1 as has_moved
            from (
                select node_b as node_id, node_a as root_id from " ~ edges ~ "
                union all
                select node_a as node_id, node_a as root_id from " ~ edges ~ "
            ) as both_ways
            group by both_ways.node_id
        ") -%}

        {#- Jump: parent = parent of the parent, until nobody moves and the parent is the root. Depth
            halves with every jump: 64 are enough for any bigint id. -#}
        {%- set loop_state = namespace(current=current, next=next, is_flat=false) -%}
        {%- for jump in range(64) -%}
            {%- do connected_components_create(loop_state.next, "
                select
                    child.node_id,
                    parent.root_id,
                    case when child.root_id = parent.root_id then 0 else 1 end as has_moved
                from " ~ loop_state.current ~ " as child
                inner join " ~ loop_state.current ~ " as parent on child.root_id = parent.node_id
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
        {%- do adapter.rename_relation(loop_state.current, roots) -%}

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
        {%- set state.failure = 'did not converge: ' ~ state.failure
            ~ ' (max_rounds: ' ~ max_rounds ~ ').' -%}
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
    {%- for part in connected_components_parts() -%}
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

{#- The work tables of which there is one each. -#}
{% macro connected_components_parts() -%}
    {{- return([
        'graph', 'changed', 'touched', 'open_nodes', 'open_edges', 'moved', 'labels', 'solved'
    ]) -}}
{%- endmacro %}

{#- Drop some of them, whether this run made them or not. -#}
{% macro connected_components_drop_parts(parts) -%}
    {%- for part in parts -%}
        {%- do adapter.drop_relation(connected_components_work_table(part)) -%}
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

{#- Create a work table of the materialization above out of a query. Unlike run_query, a statement
    opens a transaction: a run that breaks off then leaves nothing on DuckDB. -#}
{% macro connected_components_create(relation, query) -%}
    {%- call statement('connected_components_create') -%}
        {{ create_table_as(False, relation, query) }}
    {%- endcall -%}
{%- endmacro %}
