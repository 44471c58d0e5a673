"""The alerts that were raised about any child."""

from starlette.responses import Response

from apps.web.visits import Visit, go_to, show, show_refused
from apps.web.words import purpose_in_words
from query.alerts import see_alerts
from query.door import Refused


def alerts_page(visit: Visit) -> Response:
    """List the alerts that the person may know of."""
    purpose = visit.session.purpose
    if purpose is None:
        visit.wants()
        return go_to("/purpose/alerts")
    with visit.web.desk() as desk:
        listed = see_alerts(desk.door, visit.member, purpose)
    if isinstance(listed, Refused):
        return show_refused(visit, listed)
    stated = purpose_in_words(purpose)
    return show(visit, "alerts.html", alerts=listed.view.alerts, purpose=stated, here="/alerts")
