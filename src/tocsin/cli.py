"""The one command. Written by the builder of this room."""
