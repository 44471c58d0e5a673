"""Apicurio's registry as a council would run it: fetched once into the user's cache, started with nothing in it on a loopback port."""

import fcntl
import os
import random
import subprocess
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.publishing import HttpRegistry, RegistryRefused
from apps.services.daemons import wait_until
from apps.services.java import cache_folder, find_java
from apps.services.ports import LOOPBACK, free_port

GROUP, NAME, VERSION = "io.apicurio", "apicurio-registry-app", "2.6.13.Final"
"""The last version whose runnable archive is on Maven Central (142 MB)."""
PATIENCE_SECONDS = 180


@contextmanager
def apicurio(folder: Path) -> Iterator[str]:
    """Run the registry, its log in `folder`, and give the address of its Confluent API."""
    port = free_port(random.Random(), set())
    runner = unpacked(cache_folder(os.environ)) / f"{NAME}-{VERSION}-runner.jar"
    options = ["-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    place = [f"-Dquarkus.http.host={LOOPBACK}", f"-Dquarkus.http.port={port}"]
    with (folder / "apicurio.log").open("wb") as log:
        command = [find_java(os.environ), *options, *place, "-jar", runner]
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        url = f"http://{LOOPBACK}:{port}/apis/ccompat/v7"
        assert wait_until(lambda: server.poll() is not None or answers(url), PATIENCE_SECONDS)
        assert server.poll() is None, (folder / "apicurio.log").read_text()[-2000:]
        yield url
    finally:
        server.terminate()
        server.wait(60)


def answers(url: str) -> bool:
    try:
        with HttpRegistry(url, None) as registry:
            return registry.ask("GET", "/subjects")[0] == 200
    except RegistryRefused:
        return False


def unpacked(cache: Path) -> Path:
    """Give the folder of the registry's program, fetched and unpacked once; cut off half-way, it is done again."""
    place = cache / f"apicurio-{VERSION}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "fetching.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            half = cache / f"apicurio-{VERSION}.part"
            with zipfile.ZipFile(fetched(cache / "maven")) as archive:
                archive.extractall(half)
            half.rename(place)
    return place


def fetched(repository: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what its libraries say about this machine does not concern us
        from jgo.maven import MavenContext  # noqa: PLC0415 - half a second, and only needed here

        context = MavenContext(repo_cache=repository, timeout=60)
        return Path(context.project(GROUP, NAME).at_version(VERSION).artifact("all", "zip").resolve())
