import { signal } from '@preact/signals';

/** Sections whose latest words here are not yet durable at the server. */
export const unsaved = signal<ReadonlySet<string>>(new Set());
