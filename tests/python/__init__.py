"""Tests in Python: units, whole runs, and the dbt project's own tests."""
