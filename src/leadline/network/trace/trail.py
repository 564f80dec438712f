"""What a trace has seen so far: hops and decisions, gathered while a packet goes its way."""

from leadline.base.text import Text
from leadline.network.netns import Netns
from leadline.network.packet import Packet
from leadline.network.result import Decision, Disposition, Hop, Kind, Seen, Way

OUTSIDE = "outside"
"""The place beyond all that is recorded."""
LOCALLY = "locally"
"""How a sender is told that its own host has no route: by an error of its socket, without any packet."""


class EndedError(Exception):
    """A packet's way ended where it was not meant to. `told`: what its sender is told by the one who ended it: an
    ICMP type and code, "reset" for TCP's RST, LOCALLY, or None for nothing. `packet`: as it was then, once that is known."""

    def __init__(
        self,
        disposition: Disposition,
        why: Text,
        *,
        at: Netns | None = None,
        told: tuple[int, int] | str | None = None,
        **about: str,
    ) -> None:
        super().__init__(why.en)
        self.disposition = disposition
        self.why = why
        self.at = at
        self.told = told
        self.about = about
        self.packet: Packet | None = None

    def of(self, packet: Packet) -> "EndedError":
        """With the packet as it was when it ended; the first one told stays."""
        self.packet = self.packet or packet
        return self


def missing(what: Text, **about: str) -> EndedError:
    """The end of a trace where a fact is not recorded; `what` names it."""
    ended = EndedError("insufficient-information", what)
    ended.about = about
    return ended


class Trail:
    """The hops of one packet. `quiet`: without their decisions, where only the end is wanted."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._done: list[Hop] = []
        self._here: Netns | None = None
        self._packet: Packet | None = None
        self._through: list[str] = []
        self._leaves: Packet | None = None
        self._mtu: int | None = None
        self._decisions: list[Decision] = []
        self.tunnelled = False

    def enter(self, netns: Netns, packet: Packet, device: str = "") -> None:
        """The packet is in this namespace now; by `device`, or made here."""
        self.close()
        self._here, self._packet, self._leaves, self._mtu = netns, packet, None, None
        self._through = [device or ""]
        self._decisions = []

    def close(self) -> None:
        """The packet has left the namespace."""
        if self._here is None or self._packet is None:
            return
        came_in, through = self._through[0], tuple(filter(None, self._through))
        self._done.append(
            Hop(
                host=self._here.host,
                place=self._here.place,
                inferred=self._here.inferred,
                came_in=came_in,
                goes_out=through[-1] if self._leaves is not None and through else "",
                through=through,
                packet=self._packet,
                leaves=self._leaves,
                mtu=self._mtu,
                decisions=tuple(self._decisions),
            )
        )
        self._here = None

    @property
    def current(self) -> Netns | None:
        """The namespace the packet is in, None where it is beyond what is recorded."""
        return self._here

    def passes(self, device: str) -> None:
        """The packet goes through an interface of this namespace."""
        if device and self._through[-1] != device:
            self._through.append(device)

    def goes(self, device: str, packet: Packet, mtu: int | None) -> None:
        """The packet leaves by this interface."""
        self.passes(device)
        self._leaves = packet
        if mtu is not None:
            self._mtu = mtu if self._mtu is None else min(self._mtu, mtu)

    def narrow(self, mtu: int | None) -> None:
        """An interface on the way inside this namespace takes no more than this."""
        if mtu is not None:
            self._mtu = mtu if self._mtu is None else min(self._mtu, mtu)

    def note(
        self,
        kind: Kind,
        stage: str,
        said: Text,
        cite: str = "",
        fact: str = "",
        chain: tuple[str, str, str, int] | None = None,
        verdict: str = "",
        **values: object,
    ) -> None:
        """One decision; `values` fill the places of `said`."""
        if self.quiet:
            return
        self._decisions.append(
            Decision(
                kind=kind,
                stage=stage,
                said=said.fill(**values),
                cite=cite,
                fact=fact,
                chain=chain,
                verdict=verdict,
                tunnelled=self.tunnelled,
            )
        )

    def unseen(self, host: str, place: str, packet: Packet) -> None:
        """The packet is where nothing is recorded of."""
        self.close()
        self._done.append(Hop(host=host, place=place, packet=packet))

    def outside(self, packet: Packet) -> None:
        """The packet is beyond all that is recorded."""
        self.unseen("", OUTSIDE, packet)

    def way(
        self,
        disposition: Disposition,
        why: Text,
        at: Netns | None,
        about: dict[str, str],
        noticed: Seen,
        packet: Packet | None,
        *,
        decided: bool,
    ) -> Way:
        """The whole way; `decided`: its last decision is the one that ended it."""
        last = self._decisions[-1] if self._decisions and decided else None
        self.close()
        return Way(
            hops=tuple(self._done),
            disposition=disposition,
            at=at.host if at is not None else self._done[-1].host or OUTSIDE,
            place=at.place if at is not None else self._done[-1].place,
            why=why,
            about=about,
            decisive=last,
            noticed=noticed,
            packet=packet,
        )


UNTOLD = Text("not known of {host}: {what}", "{host}에서 알 수 없는 것: {what}")
"""Where a lookup hangs on something that is not recorded."""
