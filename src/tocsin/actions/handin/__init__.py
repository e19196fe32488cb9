"""Letters handed in on paper: the kit that is made, where it is kept, and the record of who received it."""
