"""The core: rules, time, storage and commands; no Flask, no Celery."""
