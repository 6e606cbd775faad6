/** The way into presence: which routers of a database live. */
export { announceRouter, type Presence } from './announce-router.ts';
export { liveRouters, type RouterId } from './live-routers.ts';
