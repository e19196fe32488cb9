"""What other software speaks."""
