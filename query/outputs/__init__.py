"""What panels take away from an opened record: one neutral document of it, written as CSV, Excel, Word, HTML, JSON or as an SVG timeline."""
