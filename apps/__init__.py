"""The doors: wiring, settings, Faust worker, HTTP API, command line, and the real parts they need."""
