export const HELP_TEXT = `watt-node: earn WATT by running web and code jobs

  watt-node init     set this node up: key, router, payout wallet
  watt-node run      connect and work, until Ctrl-C
  watt-node status   what it does and earns; why no jobs, why no pay
  watt-node doctor   tries what this machine can do: limits, Docker, Chromium, router, clock
  watt-node version

init
  --router URL              the router, e.g. https://router.example
  --router-key KEY          its public key; without it, the router is asked once and its key is pinned
  --router-address URL      the websocket address the router calls its own, if it is not the one in --router
  --name NAME               shown in the registry (default: this machine's name)
  --class pi|pc|gpu         (default: found out)
  --services scrape,execute (default: both)
  --wallet ADDRESS          where earnings go; with --wallet-signature S, its signature of the payout statement
  --wallet-key FILE         or: a Solana key file that signs the statement here
  --no-wallet               set up without a payout wallet for now
  --insecure                allow a router on another machine without TLS

run
  --install                 install what is missing (Docker, Chromium) and start Docker
  --json                    log as JSON lines

status, doctor
  --json

everywhere
  --home DIR                the node's folder (default: WATT_NODE_HOME, or ~/.watt-node)

Environment: WATT_NODE_HOME, WATT_ROUTER_URL, LOG_LEVEL, CHROMIUM_PATH, DOCKER_HOST,
SCRAPE_ALLOW_PRIVATE (development only: host:port,… that scrapes may reach although they are private)

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 not running (status)
`;
