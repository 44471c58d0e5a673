"""Bring Kafka and PostgreSQL to what the hub needs: topics, users, permissions, roles, schema, and the hub's own keys. Safe to repeat."""

import os
from collections.abc import Callable

from apps.api.feed_tokens import ensure_feed_tokens
from apps.connections import kafka_login
from apps.keys import make_hub_keys
from apps.provision.errors import ProvisionError
from apps.provision.kafka_setup import administrator, ensure_permissions, ensure_topics, ensure_users
from apps.provision.plan import KEYS_DATABASE, MAIN_DATABASE, kafka_permissions, kafka_users
from apps.provision.postgres_setup import ensure_database
from apps.services.secret_files import ensure_password
from apps.settings import Settings
from schemas.topics import TOPICS

__all__ = ["ProvisionError", "provision"]


def provision(settings: Settings, say: Callable[[str], None]) -> None:
    """Make what is missing and correct what differs; a second run changes nothing.

    Keys and passwords that do not exist yet are made in `settings.secrets`. Crashing anywhere leaves less than all, never
    something wrong: run it again. Raises ReachError, ProvisionError, MigrationError, NoteRejected or SettingsError, each with one sentence.
    """
    for user in kafka_users():
        ensure_password(settings.secrets / "kafka" / user)
    make_hub_keys(settings, os.urandom)
    ensure_feed_tokens(settings)
    with administrator(kafka_login(settings, "admin")) as client:
        made = ensure_topics(client, TOPICS)
        say(f"{len(TOPICS)} topics are there, {len(made)} of them new")
        ensure_users(client, [kafka_login(settings, user) for user in kafka_users()])
        say(f"{len(kafka_users())} Kafka users have their passwords")
        ensure_permissions(client, kafka_permissions())
        say(f"they may do {len(kafka_permissions())} things and nothing else")
    for url, plan in ((settings.database_url, MAIN_DATABASE), (settings.keys_database_url, KEYS_DATABASE)):
        run = ensure_database(settings, url, plan)
        say(f"{len(plan.roles)} roles and the schema of {plan.sql_package} are there, {len(run)} files were run")
