"""The model of one Windows server."""
