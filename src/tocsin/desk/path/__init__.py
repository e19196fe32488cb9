"""The path “New campaign”: plain screens from an idea to a published page in each language, and what shortens it."""
