"""Matching: what each strand tells of who its child is, and which strands are alike."""
