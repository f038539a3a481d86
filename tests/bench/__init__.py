"""Ratios, not rates: each subject against a reference taken in the same run, on the same server, equally durable.

``python -m tests.bench`` runs them all on an embedded PostgreSQL with the settings the service ships (fsync and
synchronous_commit on) in a temporary folder, prints a table and writes ``bench.json`` into WUGEYI_HOME. Every subject
says its method in its docstring. Reference and subject take turns (A B A B), both warmed up; a value is the median of
the rounds, a ratio the median of the rounds' ratios. Nothing passes or fails by time: a machine's noise is not a fault
of the service.
"""
