"""What every public page wears: the skeleton, the stylesheet, the script, numbers in words. No models, no rules."""
