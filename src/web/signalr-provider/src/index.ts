export { madeAgain } from './again.js';
export type { LiveConnection } from './connection.js';
export type { Problem } from './problem.js';
export { problemIn } from './problem.js';
export type { Rebuilt, SetAside, SignalRProviderEvents, SignalRProviderOptions, Status } from './provider.js';
export { SignalRProvider } from './provider.js';
export { holdsOdd, placesOddly, reloaded, ReloadWatch } from './reload.js';
