/** Why the server refused something: an RFC 9457 problem with a stable code. */
export interface Problem {
  code: string;
  status: number;
  title: string;
  detail?: string | null;
}

/**
 * The problem carried by a hub error, or undefined when the error is not one (a lost connection, a cancelled call).
 * SignalR's client wraps the server's message in words of its own, so the JSON is looked for inside it.
 */
export function problemIn(error: unknown): Problem | undefined {
  const message = error instanceof Error ? error.message : '';
  const start = message.indexOf('{');
  const end = message.lastIndexOf('}');
  if (start < 0 || end < start) return undefined;
  try {
    return asProblem(JSON.parse(message.slice(start, end + 1)));
  } catch {
    return undefined; // Not JSON after all: an error of the connection that happens to contain braces.
  }
}

/** Reads a problem as the hub sends it: an object, or the same as JSON. */
export function asProblem(value: unknown): Problem | undefined {
  const read: unknown = typeof value === 'string' ? JSON.parse(value) : value;
  if (typeof read !== 'object' || read === null) return undefined;
  const { code, status, title, detail } = read as Record<string, unknown>;
  if (typeof code !== 'string' || typeof title !== 'string') return undefined;
  return { code, title, status: typeof status === 'number' ? status : 400, detail: typeof detail === 'string' ? detail : null };
}

/** Whether waiting can help: the server is busy, restarting or asks for fewer calls. */
export function isPassing(problem: Problem): boolean {
  return problem.status >= 500 || problem.status === 429 || problem.status === 408;
}
