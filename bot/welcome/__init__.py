"""Welcome: the first screens, the help, and the choice of a language."""
