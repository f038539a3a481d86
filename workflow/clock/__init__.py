"""The clock engine: calendar, limits, pauses, deadlines, ladders, proofs, words.

Pure: plain data in and out, no database, no framework, no reading of the time. A date is always derived from
start, limit, pauses, extension and calendar; nothing here is ever pushed or decremented.
"""
