/** The way into the registry of nodes. */
export { listSessions, type SessionCount } from './list-sessions.ts';
export { listToolchains, type ToolchainCount } from './list-toolchains.ts';
export { countNodes, listNodes, loadNode } from './load.ts';
export { markNodesSeen, markStrandedOffline, moveNode, saveNode } from './save.ts';
export { NODE_TRANSITIONS } from './states.ts';
