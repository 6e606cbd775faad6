import { isIP } from 'node:net';
import {
  type AllowedTarget,
  classifyAddress,
  type DomainList,
  isAllowedTarget,
  isInPrefixes,
  isLocalName,
  normaliseHost,
  refuseDomain,
} from '@watt/shared';
import { GuardRefusal } from './refusal.ts';

export interface Target {
  host: string;
  port: number;
}

/** What the rules depend on. The functions are asked at every check: interfaces come and go, and so do routers' lists. */
export interface GuardRules {
  /** Targets that may be reached although a rule below forbids them. Development networks only. */
  allowPrivate: readonly AllowedTarget[];
  /** The operator's ports. */
  ports: readonly number[];
  domains: () => readonly DomainList[];
  /** Hosts by which the router is known. */
  routerHosts: () => readonly string[];
  /** Prefixes and addresses of this machine and its networks, public ones included; see `createOwnAddresses`. */
  ownAddresses: () => readonly string[];
}

/** What can be said of a target before anything is resolved; returns its host in normal form. Throws GuardRefusal. */
export function checkTarget({ host, port }: Target, rules: GuardRules): string {
  const name = normaliseHost(host);
  if (name === null) throw new GuardRefusal('host', `not a host: ${host}`);
  if (isAllowedTarget(name, port, rules.allowPrivate)) return name;
  if (rules.routerHosts().some((router) => normaliseHost(router) === name)) {
    throw new GuardRefusal('router', name);
  }
  if (isIP(name)) checkAddress(name, port, rules);
  else {
    const refused = refuseDomain(name, rules.domains());
    if (refused) throw new GuardRefusal(refused, name);
    if (isLocalName(name)) throw new GuardRefusal('local-name', name);
  }
  if (!rules.ports.includes(port))
    throw new GuardRefusal({ rule: 'port', by: 'operator' }, `${name}:${port}`);
  return name;
}

/** An address as it was written, before anything of the network is asked about it. */
export function checkAddress(address: string, port: number, rules: GuardRules): void {
  if (isAllowedTarget(address, port, rules.allowPrivate)) return;
  const refused = refuseDomain(address, rules.domains());
  if (refused) throw new GuardRefusal(refused, address);
  refuseSpecial(address, rules);
}

/** One answer to a name. Lists of names are not asked again for it, lists of blocked addresses are. */
export function checkAnswer(address: string, port: number, rules: GuardRules): void {
  if (isAllowedTarget(address, port, rules.allowPrivate)) return;
  refuseSpecial(address, rules);
  const blocked = rules.domains().map((list) => ({ ...list, allowed: [] }));
  const refused = refuseDomain(address, blocked);
  if (refused) throw new GuardRefusal(refused, address);
}

function refuseSpecial(address: string, rules: GuardRules): void {
  const fault = classifyAddress(address);
  if (fault !== 'public') throw new GuardRefusal('address', `${address} is ${fault}`);
  if (isInPrefixes(address, rules.ownAddresses())) {
    throw new GuardRefusal('address', `${address} is our own`);
  }
}
