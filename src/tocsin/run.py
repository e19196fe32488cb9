"""Starts and watches the processes. Written by the builder of this room."""
