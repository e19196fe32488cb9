"""Who gets a person's letter, where that depends on who writes."""
