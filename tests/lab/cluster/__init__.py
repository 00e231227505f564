"""The model of a Windows failover cluster and the CIM provider that shows it."""
