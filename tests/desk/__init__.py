"""The desk: every room by its address, as who may and as who may not."""
