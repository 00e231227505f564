"""msiexec over real MSI files."""
