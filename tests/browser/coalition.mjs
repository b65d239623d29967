// A small coalition for the tests, made through the public interface as an operator would.

export const coalition = 'practice-group';
export const instrument = 'practice-convention';
export const opening = `${coalition}.answer.opening`;

const text = `# Practice Convention

> Made up for tests.

## Chapter I. General provisions

### Article 1. Purpose

Says what the convention is for.

### Article 7. Illegal access

1. Each party makes it an offence to enter a computer system without right.

2. A party may ask that the offence be committed by getting past security measures.

### Article 24. Safeguards

1. Each party keeps the powers of this convention within the safeguards of its own law.
`;

const drafting = ['annotate', 'position', 'draft'];

/** Two organisations with people who draft, and an observer who reads along. */
export async function makeCoalition(server, extraDrafters = []) {
  const put = (path, body) => server.request('PUT', path, { body });
  await server.request('PUT', `/api/instruments/${instrument}/drafts/first?title=${encodeURIComponent('Practice Convention')}&draftTitle=${encodeURIComponent('First draft')}&language=en`,
    { body: text, type: 'text/markdown' });
  await put(`/api/coalitions/${coalition}`, { name: 'Practice group', policy: 'noBlock' });
  await put(`/api/coalitions/${coalition}/organisations/north`, { name: 'North Rights' });
  await put(`/api/coalitions/${coalition}/organisations/south`, { name: 'South Rights' });
  await person(put, 'nora', 'Nora Lind', 'north', 'steward', drafting);
  await person(put, 'sami', 'Sami Haddad', 'south', 'member', drafting);
  await person(put, 'olga', 'Olga Reader', null, 'observer', []);
  for (const id of extraDrafters) await person(put, id, `Drafter ${id}`, 'north', 'member', drafting);
  // The operator speaks for no organisation, so the statement is begun by somebody with the mandate to draft.
  const token = await server.bearer(coalition, 'nora');
  const draft = (path, body) => server.request('PUT', path, { body, token });
  await draft(`/api/coalitions/${coalition}/statements/answer`, { title: 'Our answer', destination: 'The delegations', instrument, draft: 'first' });
  await draft(`/api/coalitions/${coalition}/statements/answer/sections/opening`, { title: 'What we ask', citations: ['art_7__para_2'] });
  await draft(`/api/coalitions/${coalition}/statements/answer/sections/closing`, { title: 'Why it matters', citations: ['art_24'], after: 'opening' });
}

function person(put, id, name, organisation, role, mandates) {
  return put(`/api/coalitions/${coalition}/people/${id}`, {
    name, organisation, affiliation: null, role, mandates: mandates.map(mandate => ({ mandate, until: null })),
  });
}
