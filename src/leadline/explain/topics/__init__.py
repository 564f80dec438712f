"""One module a topic group: what is known of a sysctl, port, mount, chain or interface name."""
