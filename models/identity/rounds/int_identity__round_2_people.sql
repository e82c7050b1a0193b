{{ members_people(ref('int_identity__round_2_members'), ref('int_identity__round_2_likenesses')) }}
