"""Who works here: what each may do, and what was done. Rows and rules only; the screens are at the desk."""
