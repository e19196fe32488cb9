"""What other software speaks: a REST API with keys that a person gives. Doors only: the rules are floors below."""
