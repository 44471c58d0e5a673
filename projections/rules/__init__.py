"""Rules with a clock or a threshold, as data: one TOML file for each edition, with the days on which it applied."""
