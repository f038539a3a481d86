"""What people ask, one question a file. A query writes nothing."""
