"""What changes the dates of many cases at once, before anything is written: reading it, and seeing what it would move.

Above the store, below commands and queries: the one proposes and signs, the other shows.
"""
