"""Clusters in network namespaces: the kernel objects of a Flannel network on one machine, and faults in it."""
