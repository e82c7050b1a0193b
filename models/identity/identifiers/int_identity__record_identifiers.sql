{{ cleaned_identifiers(ref('int_identity__raw_identifiers')) }}
