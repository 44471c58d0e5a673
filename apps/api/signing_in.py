"""Who asks: the bearer token of a person or of an agency's feed. Whoever has none learns nothing, and there is nobody to record it under, so the log says it."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from apps.api.parts import ApiParts
from apps.people import NotSignedIn
from query.door import StaffMember

Bearer = HTTPAuthorizationCredentials | None
PERSON = HTTPBearer(scheme_name="person", description="The token of a person who may sign in.", auto_error=False)
FEED = HTTPBearer(scheme_name="feed", description="The token of an agency's feed.", auto_error=False)


async def parts_of(request: Request) -> ApiParts:
    """Give the parts that this API was made with."""
    parts: ApiParts = request.app.state.parts
    return parts


Parts = Annotated[ApiParts, Depends(parts_of)]


def signed_in(parts: Parts, bearer: Annotated[Bearer, Security(PERSON)]) -> StaffMember:
    """Say which member of staff asks; NotSignedIn without a token that one bears."""
    return parts.sign_in.person(_token(bearer))


def feeding(parts: Parts, bearer: Annotated[Bearer, Security(FEED)]) -> str:
    """Say which agency's feed tells; NotSignedIn without a token that one bears."""
    return parts.sign_in.agency(_token(bearer))


Staff = Annotated[StaffMember, Depends(signed_in)]
Agency = Annotated[str, Depends(feeding)]


def _token(bearer: Bearer) -> str:
    if bearer is None:
        raise NotSignedIn("Expected a bearer token, found none.")
    return bearer.credentials
