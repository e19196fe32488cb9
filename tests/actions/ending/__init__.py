"""How people's data end."""
