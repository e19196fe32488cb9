"""The peer: what a plain Wagtail form page does, as Wagtail's own documentation shows it. Pinned, in its own venv."""
