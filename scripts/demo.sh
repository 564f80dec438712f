#!/bin/sh
# The whole story on a live lab: a bare node, the cluster on it, what that changed and why, a fault and its trace, and the
# proof that nothing stays. Where this machine allows no namespaces, on the recordings of a real cluster.
set -u
cd "$(dirname "$0")/.."
leadline=.venv/bin/leadline
pair=src/leadline/demo
folder="leadline-demo/$(date +%Y%m%d-%H%M%S)"
name=demo$$

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { "$leadline" "$@" || exit $?; }
settle() { # diff(1): 1 means that there are differences
    "$leadline" "$@"; code=$?
    [ "$code" -le 1 ] || exit "$code"
}
brief() { settle "$@" | sed -n '1,24p'; }
down() { "$leadline" lab down --name "$name" >/dev/null 2>&1; }
trap 'down; exit 130' INT TERM

step "1. Record this machine   leadline record --to $folder/machine-before"
run record --to "$folder/machine-before"

step "2. Three bare nodes in network namespaces, one of them recorded   leadline lab up --bare"
if "$leadline" lab up --bare --name "$name"; then
    run record "lab:$name/k8s-w1" --to "$folder/node-before"
    down
    step "3. The same nodes as a Flannel cluster   leadline lab up; leadline lab status"
    run lab up --name "$name"
    settle lab status --name "$name"
    step "4. A pod asks a Service   leadline lab exec web-1 -- …"
    run lab exec --name "$name" web-1 -- sh -c 'curl -s 10.96.0.10 || wget -qO- 10.96.0.10 || echo "(neither curl nor wget is here)"'
    run record "lab:$name/k8s-w1" --to "$folder/node-after"
    step "5. What that did to the node, and why   leadline diff node-before node-after"
    brief diff "$folder/node-before" "$folder/node-after"
    step "6. A fault, and what a recording shows of it   leadline lab fault inject fdb-missing; leadline diff --fact bridge_fdb"
    run lab fault inject --name "$name" fdb-missing
    run record "lab:$name/k8s-w1" --to "$folder/node-broken"
    settle diff "$folder/node-after" "$folder/node-broken" --fact bridge_fdb
    step "7. Where a packet goes now, and why no further   leadline trace web-3 web-5"
    settle trace --lab "$name" web-3 web-5 | sed -n '1,29p'
    step "8. The real packet proves it   leadline probe web-3 web-5"
    settle probe --lab "$name" web-3 web-5 --timeout 1 | sed -n '1,20p'
    run lab fault recover --name "$name" fdb-missing
    step "9. Repaired: it arrives, seen at every interface   leadline probe web-3 web-5"
    settle probe --lab "$name" web-3 web-5
    step "10. Everything as a page to keep   report.html"
    settle diff "$folder/node-before" "$folder/node-after" -o html --to report.html
    step "11. Down, and the proof that this machine is as it was   leadline lab down; leadline diff"
    run lab down --name "$name"
    run record --to "$folder/machine-after"
    brief diff "$folder/machine-before" "$folder/machine-after"
else
    step "This machine allows no namespaces (see above), so here is what kubeadm did to a real node   leadline diff $pair/…"
    settle diff "$pair/before" "$pair/after"
    step "The same as a page to keep   report.html"
    settle diff "$pair/before" "$pair/after" -o html --to report.html
fi
step "Open report.html in a browser. Next: leadline record --to before, install, leadline record --to after, leadline diff before after."
