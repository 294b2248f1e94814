"""Receives updates and sends messages without losing any."""
