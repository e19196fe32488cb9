"""Where campaigners work: rooms in Wagtail's admin."""
