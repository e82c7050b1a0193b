{{ shareable_edges(
    2,
    ref('int_identity__round_1_parties'),
    ref('int_identity__round_2_members'),
    ref('int_identity__round_2_people'),
) }}
