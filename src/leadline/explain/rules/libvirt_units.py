"""The units of libvirt."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="libvirt-units",
    facts=FACTS,
    component="libvirt",
    class_="config",
    why=Text(
        "{happened}. It belongs to libvirt, which runs virtual machines.",
        "{happened}. 가상 머신을 실행하는 libvirt의 유닛입니다.",
    ),
    group=Text("libvirt's units", "libvirt 유닛"),
    since="libvirt 1.0",
    source="libvirt/libvirt src/remote/libvirtd.service.in, virtproxyd.service.in",
    match=units_of(
        "libvirt",
        r"libvirt.*|virt(lock|log|qemu|network|storage|proxy|interface|nodedev|nwfilter|secret|lxc|vbox|xen)d.*|virt-guest-shutdown\.target|machine-qemu.*\.scope",
        "libvirt-daemon-system",
        "libvirt-daemon",
        "libvirt",
    ),
)
