"""What iptables' `-m` asks of a packet. Each module declares Match values."""
