"""What runs on the hosts: plain Python 3.6 and its standard library, sent there as text, never installed."""
