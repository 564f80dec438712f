"""The walk of one packet from where it is made to where it ends."""

from leadline.base.text import Text
from leadline.network.trace import ether, ip
from leadline.network.trace.journey import Arrived, Down, Journey, Made, Step, Up, Wire
from leadline.network.trace.trail import EndedError, missing

_MOST_STEPS = 512


def walk(journey: Journey, start: Step) -> Arrived:
    """Goes step by step until the packet arrives; raises EndedError where it does not."""
    step = start
    for _ in range(_MOST_STEPS):
        if isinstance(step, Arrived):
            return step
        try:
            step = _next(journey, step)
        except EndedError as ended:
            raise ended.of(step.frame.packet if isinstance(step, Wire) else step.packet) from None
    raise missing(Text("the packet goes round without an end", "패킷이 끝없이 순환합니다"))


def _next(journey: Journey, step: Made | Up | Down | Wire) -> Step:
    match step:
        case Made():
            return ip.make(journey, step)
        case Up():
            return ip.rise(journey, step)
        case Down():
            return ether.transmit(journey, step)
        case Wire():
            return ether.arrive(journey, step)
