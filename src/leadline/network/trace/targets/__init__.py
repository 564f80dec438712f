"""What iptables' `-j` does with a packet. Each module declares Target values."""
