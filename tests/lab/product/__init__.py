"""The stand-in for SEM: real MSI files and what its service does."""
