"""An agency tells us: agency formats become our events, and receipts go back."""
