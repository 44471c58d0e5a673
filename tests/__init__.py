"""One sentence of rule per test; tests marked `services` need real Kafka and PostgreSQL."""
