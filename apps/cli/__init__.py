"""The command `mash`: every command is registered here by name."""

import click

from apps.cli.api import api
from apps.cli.auditor import disclosures, rebuild_command, refusals, trace, verify_command
from apps.cli.casework import casework
from apps.cli.contracts import contracts
from apps.cli.demo import demo_command
from apps.cli.export import export
from apps.cli.feed import feed
from apps.cli.feed_status import judge, status
from apps.cli.identity import identity
from apps.cli.provision import provision_command
from apps.cli.quarantine import quarantine
from apps.cli.record import alerts, chronology, find, people
from apps.cli.record_views import record
from apps.cli.rules import policy
from apps.cli.services import services_commands
from apps.cli.stop import stop_command
from apps.cli.web import web
from apps.cli.workers import workers_commands


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]}, epilog="Example: mash services up && mash provision"
)
@click.version_option(package_name="mash-hub")
def main() -> None:
    """Run a Multi-Agency Safeguarding Hub: its parts, its record, its proofs."""


for command in (services_commands, provision_command, workers_commands, stop_command, demo_command):
    main.add_command(command)
record.add_command(export)
for command in (status, judge):
    feed.add_command(command)
for command in (feed, find, chronology, record, alerts, people):
    main.add_command(command)
for command in (verify_command, rebuild_command, disclosures, trace, refusals, quarantine):
    main.add_command(command)
for command in (identity, casework, contracts, policy, api, web):
    main.add_command(command)
