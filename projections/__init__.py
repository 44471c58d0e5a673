"""What we now know: pure folds (chronology, identity, clocks, thresholds) and their stores."""
