/** The way into the dispatch domain. */
export { Dispatcher, type DispatcherOptions } from './dispatcher.ts';
export { createDispatchStore, type DispatchStore } from './store.ts';
