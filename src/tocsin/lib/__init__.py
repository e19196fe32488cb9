"""Plain Python that every room may use: no models, no rules of campaigning."""
