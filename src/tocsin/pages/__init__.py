"""What the public reads and campaigners write: Wagtail pages, and publishing them as editions."""
