"""The dbt project's own unit and data tests."""
