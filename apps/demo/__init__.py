"""The demo: an invented county, its stories, and the people who sign in to look at it."""
