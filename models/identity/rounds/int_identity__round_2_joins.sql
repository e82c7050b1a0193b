{{ config(materialized='connected_components') }} -- a loop, as in the first round

{{ party_ties(ref('int_identity__round_2_edges'), ref('int_identity__round_1_parties')) }}
