"""Measurements of the hub on this machine, printed as ratios within one run: `make bench`. Nothing here is asserted about time; every run proves its counts."""
