"""What is measured: Tocsin against the raw limits of the machine and against a plain Wagtail form, in one run."""
