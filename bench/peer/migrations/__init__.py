"""Its one page type."""
