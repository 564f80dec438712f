"""The two packet counters of the kernel (nfnetlink_acct) that kube-proxy's iptables rules name.

A rule that names a counter can only be loaded where the network namespace has it.
"""

import os
import socket
import struct

INVALID_DROPPED = "ct_state_invalid_dropped_pkts"
LOCALHOST_ACCEPTED = "localhost_nps_accepted_pkts"

_NETLINK_NETFILTER = 12
_NEW = 7 << 8
"""NFNL_SUBSYS_ACCT, NFNL_MSG_ACCT_NEW (linux/netfilter/nfnetlink.h)."""
_REQUEST_CREATE_ACK = 0x0405
_NAME = 1
_HEADER = struct.Struct("=IHHII")


def add() -> bool:
    """Makes both in the caller's network namespace; those that are there stay. False: this kernel has none.

    Needs CAP_NET_ADMIN there. Raises OSError for every other refusal.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER) as netlink:
        return all(_add(netlink, name) for name in (INVALID_DROPPED, LOCALHOST_ACCEPTED))


def _add(netlink: socket.socket, name: str) -> bool:
    value = name.encode() + b"\0"
    attribute = struct.pack("=HH", 4 + len(value), _NAME) + value
    # struct nfgenmsg: family unspecified, version 0, no resource; then the attribute, to four bytes
    body = struct.pack("=BBH", 0, 0, 0) + attribute + b"\0" * (-len(attribute) % 4)
    netlink.send(_HEADER.pack(_HEADER.size + len(body), _NEW, _REQUEST_CREATE_ACK, 1, 0) + body)
    (error,) = struct.unpack_from("=i", netlink.recv(4096), _HEADER.size)
    if error == -16:  # EBUSY, as the kernel says of one that is there
        return True
    if error in (-22, -95):  # EINVAL, EOPNOTSUPP: nobody registered for this kind of message
        return False
    if error:
        raise OSError(-error, os.strerror(-error))
    return True
