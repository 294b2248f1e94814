"""Privacy: what is stored about a person, shown to them and deleted when they say so."""
