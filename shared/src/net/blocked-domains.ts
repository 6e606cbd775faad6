/**
 * What no scrape may reach unless an operator says otherwise, as a list for `parseDomainPatterns`. Routers refuse these before payment
 * and nodes at every redirect. Addresses that are not public are refused besides. Source: specification, section 7.
 */
export const DEFAULT_BLOCKED_DOMAINS = 'localhost,127.0.0.1,*.gov';
