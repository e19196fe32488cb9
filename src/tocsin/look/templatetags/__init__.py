"""What templates may ask of Python: numbers, moments and fates in words."""
