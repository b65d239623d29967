import { useSignal } from '@preact/signals';
import type { Editor } from '@tiptap/core';
import type { JSX } from 'preact';
import { linkTo } from './editor';
import { CommandForm, Field } from './parts';

/** Asks where the selected words lead; without a selection, the address itself is written. */
export function LinkForm({ editor, done }: { editor: Editor; done: () => void }): JSX.Element {
  const before = editor.getAttributes('link')['href'] as string | undefined;
  const words = useSignal(before ?? '');
  const href = linkTo(words.value);

  const leave = (): void => {
    done();
    editor.commands.focus();
  };
  const set = async (): Promise<void> => {
    if (editor.state.selection.empty && !editor.isActive('link')) editor.commands.insertContent({ type: 'text', text: words.value.trim(), marks: [{ type: 'link', attrs: { href } }] });
    else editor.chain().extendMarkRange('link').setLink({ href: href! }).run();
  };
  const remove = (): void => {
    editor.chain().extendMarkRange('link').unsetLink().run();
    leave();
  };

  return (
    <CommandForm label="Link" submit="Set link" send={set} done={leave} cancel={leave} ready={href !== null}>
      <Field label="Address" hint="A page of the web, or where mail goes">
        <input type="text" inputMode="url" autocapitalize="off" autocomplete="off" spellcheck={false} placeholder="https://" value={words.value}
          onInput={event => { words.value = event.currentTarget.value; }} />
      </Field>
      {before !== undefined && <button type="button" class="button link remove-link" onClick={remove}>Remove the link</button>}
    </CommandForm>
  );
}
