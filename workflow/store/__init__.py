"""PostgreSQL: a table and its statements side by side. The store decides nothing and never commits."""
