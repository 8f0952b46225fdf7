/** Each event as one sentence for people. The event's texts must be printable already, its cause a text. */
import { authority } from '../base/authority.ts';
import { causeText } from './cause.ts';
import type { ServerEvent } from './event.ts';
import { durationText, rateOf, sizeText } from './quantities.ts';

type Level = 'info' | 'warn' | 'error';

type EventOf<K extends ServerEvent['kind']> = Extract<ServerEvent, { readonly kind: K }>;

/** A name in quotes unless it is one plain word, so that no name can pass for the rest of the sentence. */
const named = (name: string): string =>
  /^[\w./@+-]+$/.test(name) ? name : `"${name.replaceAll('"', String.raw`\"`)}"`;

const DONE: Readonly<Record<EventOf<'transfer'>['direction'], string>> = {
  download: 'downloaded',
  upload: 'uploaded',
  listing: 'listed',
};

function transferSentence(event: EventOf<'transfer'>): string {
  const { account, direction, path, bytes, startBytes, durationMs, outcome, reason } = event;
  const from = startBytes > 0 ? ` from byte ${startBytes}` : '';
  const moved = `${bytes} bytes${from} in ${durationText(durationMs)}, ${sizeText(rateOf(bytes, durationMs))}/s`;
  const why = reason === '' ? '' : `: ${reason}`;
  return `${named(account)} ${DONE[direction]} ${named(path)}, ${outcome}, ${moved}${why}`;
}

function commandSentence({ account, verb, argument, reply, cause }: EventOf<'command-failed'>): string {
  const who = account === undefined ? '' : `${named(account)}: `;
  const what = argument === '' ? verb : `${verb} ${argument}`;
  const why = cause === undefined ? '' : `, because of ${causeText(cause)}`;
  return `${who}"${what}" was answered "${reply}"${why}`;
}

function endSentence({ account, durationMs, reason }: EventOf<'session-closed'>): string {
  return `${account === undefined ? 'left' : `${named(account)} left`} after ${durationText(durationMs)}: ${reason}`;
}

type Sentences = { readonly [K in ServerEvent['kind']]: (event: EventOf<K>) => string };

const SENTENCES: Sentences = {
  listening: ({ protocol, host, port }) => `listening on ${protocol}://${authority(host, port)}`,
  'session-opened': () => 'connected',
  'session-closed': endSentence,
  'connection-refused': ({ reason }) => `connection refused: ${reason}`,
  login: ({ account, anonymous }) => `${named(account)} logged in${anonymous ? ' anonymously' : ''}`,
  'login-failed': ({ account, reason }) => `login as ${named(account)} failed: ${reason}`,
  'command-failed': commandSentence,
  transfer: transferSentence,
  changed: ({ account, verb, path, detail }) =>
    `${named(account)} ${verb} ${named(path)}${detail === '' ? '' : `: ${detail}`}`,
  secured: ({ version, cipher, serverName, certificateNames }) =>
    `encrypted with ${version}, ${cipher}${serverName === undefined ? '' : ` for ${named(serverName)}`}${
      certificateNames.length === 0 ? '' : `, client certificate of ${certificateNames.map(named).join(', ')}`
    }`,
  banned: ({ group, reason, durationMs }) => `${group} is kept out for ${durationText(durationMs)}: ${reason}`,
  limit: ({ account, reason }) => `${account === undefined ? '' : `${named(account)}: `}${reason}`,
  stranger: ({ address, dataPort }) => `${address} came to data port ${dataPort}, which awaits another`,
  fault: ({ where, cause }) => `fault in ${where}: ${causeText(cause)}`,
  note: ({ text }) => text,
};

/** The sentence of an event. */
export function sentenceOf(event: ServerEvent): string {
  // Each row takes the event of its own key, which the compiler cannot follow through the lookup.
  const row = SENTENCES[event.kind] as (event: ServerEvent) => string;
  return row(event);
}

const LEVELS: Readonly<Partial<Record<ServerEvent['kind'], Level>>> = {
  'connection-refused': 'warn',
  'login-failed': 'warn',
  'command-failed': 'warn',
  banned: 'warn',
  limit: 'warn',
  stranger: 'warn',
  fault: 'error',
};

/** How much an event matters. */
export function levelOf(event: ServerEvent): Level {
  if (event.kind === 'transfer') return event.outcome === 'complete' ? 'info' : 'warn';
  return LEVELS[event.kind] ?? 'info';
}
