{{ member_likenesses(
    ref('int_identity__round_3_comparisons'),
    'party_id',
    ['identifier_type', 'identifier_value', 'spell'],
) }}
