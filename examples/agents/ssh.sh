#!/usr/bin/env bash
# Measures with the load of other machines, which it reaches over ssh:
#
#     examples/agents/ssh.sh <address> <host>... -- <flags of run>
#
# <address> is an address of this machine at which the hosts reach it. Each host has this repository in ~/wirebench, after npm ci.
# Redis runs here until the run is over, with a password that no list of processes shows.
set -euo pipefail
cd "$(dirname "$0")/../.."
address=$1
shift
hosts=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  hosts+=("$1")
  shift
done
[ $# -eq 0 ] || shift

folder=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
password=$(openssl rand -hex 16)
printf 'bind %s\nport 6379\nrequirepass %s\nsave ""\ndir %s\n' "$address" "$password" "$folder" |
  redis-server - >"$folder/output" &
started+=($!)
until (: <"/dev/tcp/$address/6379") 2>/dev/null; do
  kill -0 "${started[0]}" 2>/dev/null || { cat "$folder/output" >&2; exit 1; }
  sleep 0.1
done

export WIREBENCH_REDIS=redis://:$password@$address
for host in "${hosts[@]}"; do
  ssh "$host" 'read -r WIREBENCH_REDIS; export WIREBENCH_REDIS; cd wirebench && exec node wirebench.js agent --once' \
    <<<"$WIREBENCH_REDIS" &
  started+=($!)
done
node wirebench.js run --agents "${#hosts[@]}" --listen "$address" "$@"
