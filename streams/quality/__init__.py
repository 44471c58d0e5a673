"""Quality judges feeds, not events: every statement leaves a mark, windows of marks are judged, and a feed that stops is itself an event."""
