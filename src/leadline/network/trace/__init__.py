"""The way of a packet through the kernels of recorded hosts, computed. Nothing here touches a host."""
