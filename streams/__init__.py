"""The log is read, once: thin Faust agents that admit, project, alert and keep the ledger."""
