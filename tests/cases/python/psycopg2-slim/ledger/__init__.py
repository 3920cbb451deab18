"""A ledger kept in PostgreSQL."""
