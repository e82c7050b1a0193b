{{ joined_parties(
    ref('int_identity__round_2_edges'),
    ref('int_identity__round_2_joins'),
    ref('int_identity__round_1_parties'),
) }}
