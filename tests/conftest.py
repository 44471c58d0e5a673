"""Fixtures for every room; the real parts among them start only when a test asks for them."""

import warnings

with warnings.catch_warnings():
    # kafka-python loads its own files in a way whose end Python 3.11 announces.
    warnings.simplefilter("ignore", DeprecationWarning)
    from tests.hub_parts import fresh_databases, fresh_hub, fresh_topics, hub_services, kafka_admin, pristine

__all__ = ["fresh_databases", "fresh_hub", "fresh_topics", "hub_services", "kafka_admin", "pristine"]
