"""How a sketch is kept: as JSON, sealed under the entry key of the statements that told it; and the keyed digests by which sketches and blocks are found."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from access_policy.blind_index import blind_index, mac
from access_policy.keys import EntryKey
from access_policy.sealing import Opener, Sealer
from projections.identity.particulars import Mark, Particulars, Sketch
from projections.identity.sketches import SealedSketch
from streams.matching.sketching import Told

ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class SketchSeal:
    """Seals and opens sketches; nothing but the secret `matching` and the entry keys goes in."""

    secret: bytes = field(repr=False)
    sealer: Sealer
    opener: Opener

    @classmethod
    def of(cls, secret: bytes, remembered: int) -> "SketchSeal":
        """Make a seal from the secret `matching`; at most so many ciphers are remembered."""
        return cls(secret, Sealer(mac(secret, b"nonces of sketches"), remembered), Opener(remembered))

    def sketch_id(self, told: Told, key_id: UUID, content: bytes) -> bytes:
        """Fingerprint what was told and under which key (16 bytes): the same told again is the same sketch."""
        return mac(self.secret, b"".join((b"sketch", told.child.bytes, told.part, key_id.bytes, content)))[:ID_BYTES]

    def token(self, kind: str, text: str) -> bytes:
        """Fingerprint a blocking token (16 bytes)."""
        return blind_index(self.secret, f"block:{kind}", text)

    def household(self, kind: str, text: str) -> bytes:
        """Fingerprint what entries of one household have in common (16 bytes)."""
        return blind_index(self.secret, f"household:{kind}", text)

    def seal(self, told: Told, key: EntryKey, sketch_id: bytes, content: bytes) -> SealedSketch:
        """Seal what was told; it stands until somebody says otherwise."""
        sealed = self.sealer.seal(key, sketch_id, _bound(sketch_id, told.child, told.part), content)
        return SealedSketch(sketch_id, told.child, told.part, key.key_id, sealed, stands=True)

    def open_sketch(self, kept: SealedSketch, key: EntryKey) -> Sketch:
        """Open a sketch; SealBroken when it is not as it was sealed."""
        bound = _bound(kept.sketch_id, kept.child, kept.part)
        return sketch_of(self.opener.open_sealed(key, bound, kept.sealed))


def content_of(sketch: Sketch) -> bytes:
    """Write a sketch as JSON; equal sketches give equal bytes."""
    told = sorted((_written(one) for one in sketch.told), key=str)
    lists = sorted(sketch.marks), sorted(one.hex() for one in sketch.superseded), sorted(sketch.relatives)
    return json.dumps([told, *lists], separators=(",", ":")).encode()


def sketch_of(content: bytes) -> Sketch:
    """Read what `content_of` wrote."""
    told, marks, superseded, relatives = json.loads(content)
    return Sketch(
        frozenset(_read(one) for one in told),
        frozenset(map(Mark, marks)),
        frozenset(map(bytes.fromhex, superseded)),
        frozenset(relatives),
    )


def _written(one: Particulars) -> list[str | None]:
    names = one.agency, one.given_name, one.family_name
    born_on = None if one.born_on is None else one.born_on.isoformat()
    numbers = (None if number is None else number.hex() for number in (one.nhs_number, one.upn))
    return [*names, born_on, one.sex, one.address, one.postcode, *numbers]


def _read(values: list[Any]) -> Particulars:
    agency, given_name, family_name, born_on, sex, address, postcode, nhs_number, upn = values
    return Particulars(
        agency,
        given_name,
        family_name,
        None if born_on is None else date.fromisoformat(born_on),
        sex,
        address,
        postcode,
        None if nhs_number is None else bytes.fromhex(nhs_number),
        None if upn is None else bytes.fromhex(upn),
    )


def _bound(sketch_id: bytes, child: UUID, part: bytes) -> bytes:
    return b"".join((sketch_id, child.bytes, part))
