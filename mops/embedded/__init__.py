"""PostgreSQL and Valkey as child processes, for machines that have no servers of their own."""
