"""Likeness: whether two strands speak of one child, from what agencies told, by published weights; pure functions, docs/identity.md."""
