{{ compared_members(ref('int_identity__round_3_members'), ref('int_identity__round_2_parties')) }}
