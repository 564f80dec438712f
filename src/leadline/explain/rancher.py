"""k3s and RKE2, which is built on k3s and mounts its containers below the same path: who of the two is here."""

from functools import lru_cache

from leadline.explain.components import signs_seen
from leadline.explain.container_mounts import rke2_images
from leadline.explain.witness import Evidence, Witness


@lru_cache(maxsize=4)
def rke2(side: Witness) -> tuple[Evidence, ...]:
    """What shows RKE2; empty where nothing does."""
    images = rke2_images(side)
    return (*signs_seen(side, "rke2")[:1], *((images,) if images else ()))[:1]


@lru_cache(maxsize=4)
def k3s(side: Witness) -> tuple[Evidence, ...]:
    """What shows k3s; empty where nothing does, or where it may be RKE2: df does not tell them apart."""
    if rke2(side):
        return ()
    return tuple(each for each in signs_seen(side, "k3s") if each.fact != "df")[:1]
