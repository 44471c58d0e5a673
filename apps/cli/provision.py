"""`mash provision`: topics, users, permissions, roles, schema."""

import os
from pathlib import Path

import click

from apps.cli.progress import progress
from apps.provision import provision
from apps.settings import load_settings


@click.command(name="provision", epilog="Example: mash services up && mash provision")
def provision_command() -> None:
    """Make the topics, users, permissions, roles and tables that are missing; safe to repeat."""
    with progress("provisioning") as say:
        provision(load_settings(os.environ, Path.cwd()), say)
