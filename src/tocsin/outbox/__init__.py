"""What leaves: messages, and each attempt to deliver one."""
