"""Gets updates in and messages out without losing any."""
