"""A mail to many: who gets it, its copies, and the way out."""
