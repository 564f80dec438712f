"""The cluster as its owner describes it: hosts, roles, ports and versions."""
