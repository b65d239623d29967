import { signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { command, problemFrom } from './api';
import { page, PageLink } from './page';
import { ProblemNote } from './parts';
import type { Problem } from './shapes';
import { momentOf, personName, useWorkspace } from './workspace';

/** Times of those that were put away on this page. */
const putAway = signal<readonly string[]>([]);

/** What somebody is told at their next visit: links that others made for them. Whoever used one came in as them. */
export function Notices(): JSX.Element | null {
  const workspace = useWorkspace();
  const problem = useSignal<Problem | null>(null);
  const notices = workspace.me.notices.filter(({ at }) => !putAway.value.includes(at));
  const latest = notices.at(-1);
  if (latest === undefined) return null;
  // Only what was shown: another link may have been made while this was read.
  const know = async (): Promise<void> => {
    try {
      await command('POST', `/api/me/notices/seen?until=${encodeURIComponent(latest.at)}`);
      putAway.value = [...putAway.value, ...notices.map(({ at }) => at)];
      document.querySelector<HTMLElement>('.mark')?.focus();
    } catch (error) {
      problem.value = problemFrom(error);
    }
  };
  return (
    <section class="notices" aria-label="Since your last visit">
      <ul>
        {notices.map(({ at, by }) => (
          <li key={at}>{personName(workspace, by)} made a sign-in link for you on {momentOf(at)}. Whoever opened it was signed in as you.</li>
        ))}
      </ul>
      <p class="hint">If it was you who opened it, all is well. If not, sign out everywhere else and tell an administrator of your organisation.</p>
      <ProblemNote problem={problem.value} />
      <div class="row wrap">
        <button type="button" class="button primary" onClick={() => void know()}>I know of it</button>
        {page.value !== 'sign-ins' && <PageLink to="sign-ins">Look through your sign-ins</PageLink>}
      </div>
    </section>
  );
}
