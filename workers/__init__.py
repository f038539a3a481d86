"""Celery: clock and courier."""
