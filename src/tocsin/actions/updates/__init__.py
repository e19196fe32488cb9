"""Updates: a campaigner writes once more to those who acted, each gets one copy, and anybody may leave."""
