"""Who may know, and why: Cedar rules behind one decision point; sealing and keys."""
