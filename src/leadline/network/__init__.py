"""Where packets go: the network that recorded hosts make, computed (`trace`) and proved (`probe`)."""
