"""SQLite: the connection, and one store for each table."""
