"""What comes back by mail: bounces, answers of machines, answers of people."""
