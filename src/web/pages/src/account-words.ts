import type { MyToken } from './shapes';

// The first that is named counts: many call themselves by the names of others as well.
const browsers: readonly [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'], [/\bOPR\//, 'Opera'], [/\bSamsungBrowser\//, 'Samsung Internet'], [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bCriOS\/|\bHeadlessChrome\//, 'Chrome or Chromium'], [/\bSafari\//, 'Safari'],
];
const systems: readonly [RegExp, string][] = [
  [/\bAndroid\b/, 'Android'], [/\biPhone\b/, 'iPhone'], [/\biPad\b/, 'iPad'], [/\bWindows\b/, 'Windows'], [/\bMac OS X\b/, 'Mac'], [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** A browser in words, so far as what it calls itself tells: "Firefox on Linux". */
export function browserOf(userAgent: string | null): string {
  const find = (all: readonly [RegExp, string][]): string | undefined => all.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const [browser, system] = [find(browsers), find(systems)];
  return browser && system ? `${browser} on ${system}` : browser ?? (system ? `A browser on ${system}` : 'A browser');
}

/** What it is, in words. */
export function tokenWords({ kind, name, current }: MyToken): string {
  switch (kind) {
    case 'session': return `${browserOf(name)}${current ? ' (this one)' : ''}`;
    case 'bearer': return `${name ?? 'A program'}${current ? ' (this one)' : ''}`;
    case 'signIn': return name ? `Sign-in link “${name}”` : 'Sign-in link';
    case null: return 'Of an earlier version of this server';
  }
}

export const kindWords: Record<NonNullable<MyToken['kind']>, string> = {
  session: 'A browser that you are signed in with', bearer: 'A token by which a program acts as you', signIn: 'Not used yet: whoever opens it is signed in as you, once',
};
