#!/bin/sh
# The main job once through: record this machine, explain a real node before and after kubeadm, write report.html.
set -u
cd "$(dirname "$0")/.."
leadline=.venv/bin/leadline
pair=src/leadline/demo
folder="leadline-demo/$(date +%Y%m%d-%H%M%S)"

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
settle() { # diff(1): 1 means that there are differences
    "$@"; code=$?
    [ "$code" -le 1 ] || exit "$code"
}

step "1. Record this machine   leadline record --to $folder"
"$leadline" record --to "$folder" || exit $?
step "2. What kubeadm, containerd and Flannel did to a real node   leadline diff $pair/before $pair/after"
settle "$leadline" diff "$pair/before" "$pair/after"
step "3. The same as a page to keep   report.html"
settle "$leadline" diff "$pair/before" "$pair/after" -o html --to report.html
step "4. What is known of one setting   leadline explain net.ipv4.conf.all.route_localnet"
"$leadline" explain net.ipv4.conf.all.route_localnet || exit $?
step "Open report.html in a browser. Next: leadline record --to before, install, leadline record --to after, leadline diff before after."
