"""The dbt project as a whole: its unit tests, and what its manifest must hold."""
