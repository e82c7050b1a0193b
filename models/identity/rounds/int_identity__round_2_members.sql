{{ identifier_members(2, ref('int_identity__round_1_parties')) }}
