{{ identifier_members(3, ref('int_identity__round_2_parties')) }}
