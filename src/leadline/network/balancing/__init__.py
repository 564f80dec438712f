"""Addresses of load balancers: which node of a cluster with MetalLB answers for them, or which routes lead there."""
