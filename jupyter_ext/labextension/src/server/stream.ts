/** Server-sent events read with fetch, so that headers carry the authentication and no address does. */
import type { ServerConnection } from '@jupyterlab/services';
import { ask } from './request';

/** The server says something every 15 s; a line that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;

export interface IServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

export interface IStreamOptions {
  /** The last event that is known; those after it are sent. */
  readonly lastId: string;
  readonly controller: AbortController;

  /** Called when the server has answered. */
  readonly onOpen: (response: Response) => void;
}

/**
 * Follow a stream of events to its end.
 *
 * @throws what `request` throws, and an AbortError when the controller ends it or the line is dead
 */
export async function* stream(
  settings: ServerConnection.ISettings,
  path: readonly string[],
  { lastId, controller, onOpen }: IStreamOptions
): AsyncGenerator<IServerEvent, void, undefined> {
  const { signal } = controller;
  const headers = { Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': lastId } : {}) };
  const response = await ask(settings, 'GET', path, { headers, signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) {
    return;
  }
  onOpen(response);
  let rest = '';
  let id = lastId;
  for (;;) {
    const silent = setTimeout(() => {
      controller.abort();
    }, SILENCE_MS);
    const { done, value } = await reader.read().finally(() => {
      clearTimeout(silent);
    });
    if (done) {
      return;
    }
    const blocks = (rest + value).replace(/\r\n/g, '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const found = parse(block, id);
      id = found.id;
      yield found;
    }
  }
}

/** One event; of lines that are comments or unknown nothing stays. */
export function parse(block: string, id: string): IServerEvent {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id') {
      id = value;
    } else if (name === 'event') {
      event = value;
    } else if (name === 'data') {
      data.push(value);
    }
  }
  return { id, event, data: data.join('\n') };
}
