"""The CIM classes of root/cimv2 and root/default that show a node."""
