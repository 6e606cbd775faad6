export { createWattMint } from './chain/create-mint.ts';
export type { ChainFaults } from './chain/faults.ts';
export { fund, type Grant } from './chain/fund.ts';
export { type Chain, type ChainOptions, startChain } from './chain/start-chain.ts';
export { findFreePort } from './free-port.ts';
export type { NetworkFile } from './network/network-file.ts';
export { type Cluster, type ClusterOptions, prepareCluster } from './postgres/cluster.ts';
export { type Site, startSite } from './site/start-site.ts';
export { startTethered, TETHER, type TetheredProcess, whenGone } from './supervisor/tethered-process.ts';
