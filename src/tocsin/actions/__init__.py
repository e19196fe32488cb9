"""The heart: accepting one person's act, counting it, and all that follows from it."""
