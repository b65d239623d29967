import type { JSX } from 'preact';

/** What is left of a page whose browser acts as somebody else by now. */
export function Stopped(): JSX.Element {
  return (
    <main class="alone">
      <h1>This page has stopped</h1>
      <p class="lead" role="alert">This browser is signed in as somebody else by now.</p>
      <p>Nothing more that is typed here is sent, so that nothing of yours stands under another name.</p>
      <div class="row">
        <button type="button" class="button primary" onClick={() => location.reload()}>Load the page as who is signed in now</button>
        <a class="button" href="/sign-in">Change to another</a>
      </div>
    </main>
  );
}
