"""A Windows failover cluster in a process: what stands in for Windows in every test."""
