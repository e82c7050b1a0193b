{{ joined_parties(
    ref('int_identity__round_3_edges'),
    ref('int_identity__round_3_joins'),
    ref('int_identity__round_2_parties'),
) }}
