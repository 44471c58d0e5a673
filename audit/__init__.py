"""An auditor checks: Merkle ledger, checkpoints, replay, verify, trace."""
