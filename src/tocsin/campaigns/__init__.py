"""What is asked of whom: campaigns, their editions, targets and counts."""
