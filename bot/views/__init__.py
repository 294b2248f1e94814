"""Pure functions from domain objects to text, keyboards and charts."""
