"""What the service promises, one sentence a test, on a real PostgreSQL and a real Redis."""
