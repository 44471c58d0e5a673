"""One child's merged chronology: entries, what amends them, and what they show beside each other."""
