"""fail2ban's bans."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule

rule = Rule(
    name="fail2ban-chains",
    facts=FACTS,
    component="fail2ban",
    class_="runtime",
    why=Text(
        "fail2ban keeps addresses that failed to log in too often out, by {chain}; bans come and go by themselves.",
        "fail2ban이 로그인에 자주 실패한 주소를 {chain}(으)로 막습니다. 차단은 저절로 추가되고 해제됩니다.",
    ),
    group=Text("fail2ban's bans", "fail2ban의 차단"),
    since="fail2ban 0.9 (nftables table f2b-table from 0.10.5)",
    source="fail2ban/fail2ban config/action.d/iptables.conf, nftables.conf",
    match=owned_by(Marks("fail2ban", ("f2b-",), ("f2b-table",))),
)
