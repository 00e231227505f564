# Stands for the documentation that a PowerShell module has beside its code.
