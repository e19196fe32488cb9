"""What the public sees: every state of every page, without a database where none is needed."""
