"""cmd.exe: a command line parsed and evaluated on a modelled node."""
