"""The lab's WinRM endpoint: from the TCP socket to ``contract.Machine``."""
