import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { signIn } from './api';
import { CommandForm, Field } from './parts';

/** What a visitor sees whom nobody has let in yet. */
export function SignIn({ signedIn }: { signedIn: () => void }): JSX.Element {
  const link = useSignal('');
  return (
    <main class="alone">
      <h1>Annotate</h1>
      <p class="lead">A coalition reads a legal text article by article, settles its position, and writes its statement together.</p>
      <p>
        To come in you need the sign-in link that your coalition’s steward sent you. It works once; ask for another if yours was used or has
        grown old.
      </p>
      <CommandForm label="Sign in" submit="Sign in" ready={tokenIn(link.value) !== ''}
        send={() => signIn(tokenIn(link.value))} done={signedIn}>
        <Field label="Sign-in link or token">
          <input type="text" autocomplete="off" autocapitalize="none" spellcheck={false} value={link.value}
            onInput={event => { link.value = event.currentTarget.value; }} />
        </Field>
      </CommandForm>
    </main>
  );
}

/** The token, from a whole link or by itself. */
export function tokenIn(text: string): string {
  const trimmed = text.trim();
  try {
    return new URL(trimmed).searchParams.get('token') ?? '';
  } catch {
    return trimmed; // No link, so it is the token itself.
  }
}
