{{ member_likenesses(
    ref('int_identity__contact_comparisons'), 'contact_id', ['identifier_type', 'identifier_value']
) }}
