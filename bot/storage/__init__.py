"""SQLite: the connection, numbered migrations, and one store per table family."""
