import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { deedOf, provisionOf } from './activity-words';
import { announce } from './announce';
import { ActivitiesShownMax } from './limits';
import { Ago } from './parts';
import type { Activity, Feed, Provision } from './shapes';
import { rootOf } from './reading';
import { useView } from './view';
import { personName, standingBehind, tierKey, useWorkspace } from './workspace';
import { pinpoint } from './words';

export interface FeedShown {
  /** Changes whenever either feed does. */
  version: string;
  activities: (Activity & { tier: 'coalition' | 'organisation' })[];
}

/** What happened, in the coalition and within the person's own organisation, the latest first. */
export function useFeed(): FeedShown {
  const workspace = useWorkspace();
  const { coalition, me } = workspace;
  const url = `/api/coalitions/${coalition}/feed`;
  const wide = useView<Feed>(`${url}?tier=coalition`, `feed/${coalition}/coalition`);
  const own = useView<Feed>(me.organisation && `${url}?tier=organisation`, me.organisation && `feed/${coalition}/${tierKey(workspace, 'organisation')}`);
  const activities = [
    ...(wide?.value.value?.activities ?? []).map(one => ({ ...one, tier: 'coalition' as const })),
    ...(own?.value.value?.activities ?? []).map(one => ({ ...one, tier: 'organisation' as const })),
  ].sort((a, b) => b.at.localeCompare(a.at) || b.version - a.version).slice(0, ActivitiesShownMax);
  return { version: `${wide?.version.value} ${own?.version.value}`, activities };
}

export function ActivityPane({ feed, articles }: { feed: FeedShown; articles: Provision[] }): JSX.Element {
  const workspace = useWorkspace();
  useAnnounced(feed);
  return (
    <section class="pane activity" id="activity" tabIndex={0} aria-labelledby="activity-title">
      <header class="pane-head"><h2 id="activity-title">Activity</h2></header>
      {feed.activities.length === 0 && <p class="quiet-words">Nothing has happened yet.</p>}
      <ol>
        {feed.activities.map(one => (
          <li key={`${one.tier} ${one.version}`}>
            <p>
              <strong>{personName(workspace, one.by)}</strong>{standingBehind(workspace, one.by) && <span class="hint"> {standingBehind(workspace, one.by)}</span>}
            </p>
            <p>{deedOf(workspace, one)} <Subject activity={one} articles={articles} /></p>
            <p class="hint"><Ago at={one.at} />{one.tier === 'organisation' && ' · only your organisation'}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The provision it is about, as a link where this draft has it. */
function Subject({ activity, articles }: { activity: Activity; articles: Provision[] }): JSX.Element | null {
  const eId = provisionOf(activity);
  if (eId === '') return null;
  return articles.some(one => one.eId === rootOf(eId)) ? <a href={`#${eId}`}>{pinpoint(eId)}</a> : <>{pinpoint(eId)}</>;
}

/** Tells what others did since the page was opened. */
function useAnnounced(feed: FeedShown): void {
  const workspace = useWorkspace();
  const known = useRef<string | null>(null);
  useEffect(() => {
    const latest = feed.activities[0];
    if (!latest) return;
    const before = known.current;
    known.current = latest.at;
    if (before === null) return;
    for (const one of feed.activities.filter(activity => activity.at > before && activity.by.person !== workspace.me.person).reverse()) {
      announce(`${personName(workspace, one.by)} ${deedOf(workspace, one)} ${pinpoint(provisionOf(one))}`.trim());
    }
  }, [feed.version]);
}
