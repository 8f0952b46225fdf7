/** What the server tells of itself: SYST, HELP, FEAT, OPTS UTF8, CLNT, LANG (RFC 959 §4.1.3, RFC 2389, RFC 2640). */
import { type Reply, reply } from '../../wire/reply.ts';
import { anyText, nothing, parsed, text } from '../arguments.ts';
import { command, type Command } from '../command.ts';

/** These need the whole table, which is built from them among others. */
export function helpOn(commands: () => readonly Command[]): readonly Command[] {
  const rowOf = (verb: string): Command | undefined => commands().find(({ verbs }) => verbs.includes(verb));
  const verbsBy = (fits: (verb: string) => boolean): string[] =>
    inRows(commands().flatMap(({ verbs }) => verbs.filter(fits)));
  const siteVerbs = (): Reply =>
    reply(
      214,
      'SITE commands:',
      ...verbsBy((verb) => verb.startsWith('SITE ')),
      'HELP SITE CHMOD and so on tell more.',
    );
  const help = command({
    verbs: ['HELP'],
    summary: 'List the commands, or tell about one',
    source: 'RFC 959 §4.1.3',
    login: 'not-needed',
    duringTransfer: 'live',
    argument: anyText,
    async *run(_session, given) {
      const wanted = given.trim().toUpperCase();
      // ncftp asks for the list of SITE in this way.
      if (wanted === 'SITE') return yield siteVerbs();
      const row = rowOf(wanted);
      if (wanted === '')
        yield reply(
          214,
          'Commands:',
          ...verbsBy((verb) => !verb.includes(' ')),
          'HELP <command> tells more; SITE HELP lists those of SITE.',
        );
      else if (row === undefined) yield reply(504, `No help on ${wanted}.`);
      else yield reply(214, `${wanted} ${row.usage}`.trimEnd(), row.summary, `${row.source}.`);
    },
  });
  const siteHelp = command({
    verbs: ['SITE HELP'],
    summary: 'List the commands behind SITE',
    source: 'RFC 959 §4.1.3',
    login: 'not-needed',
    duringTransfer: 'live',
    argument: anyText,
    async *run() {
      yield siteVerbs();
    },
  });
  return [help, siteHelp];
}

/** FEAT is made from the rows too. */
export function featuresOf(commands: () => readonly Command[]): Command {
  return command({
    verbs: ['FEAT'],
    summary: 'List what goes beyond RFC 959',
    source: 'RFC 2389 §3',
    login: 'not-needed',
    duringTransfer: 'live',
    argument: nothing,
    async *run(session) {
      const lines = commands().flatMap(({ features = [] }) =>
        features.flatMap((line) => (typeof line === 'string' ? line : line(session))),
      );
      yield reply(211, 'Features:', ...lines.sort(), 'End.');
    },
  });
}

/** Eight to a line, as `ftp` clients show them. */
function inRows(verbs: readonly string[]): string[] {
  const words = [...verbs].sort().map((verb) => verb.padEnd(5));
  return Array.from({ length: Math.ceil(words.length / 8) }, (_, row) =>
    words
      .slice(row * 8, row * 8 + 8)
      .join(' ')
      .trimEnd(),
  );
}

const system = command({
  verbs: ['SYST'],
  summary: 'Say what kind of system this looks like',
  source: 'RFC 959 §4.1.3',
  login: 'not-needed',
  duringTransfer: 'live',
  argument: nothing,
  async *run() {
    yield reply(215);
  },
});

const unicode = command({
  verbs: ['OPTS UTF8', 'OPTS UTF-8'],
  summary: 'Names are UTF-8, always',
  source: 'RFC 2640; the option itself is usage',
  login: 'not-needed',
  duringTransfer: 'waits',
  argument: parsed('[ON]', (given) =>
    given === '' || given.toUpperCase() === 'ON' ? 'on' : given.toUpperCase() === 'OFF' ? 'off' : undefined,
  ),
  features: ['UTF8', 'TVFS'],
  async *run(_session, wanted) {
    yield wanted === 'on' ? reply(200, 'Names are UTF-8.') : reply(504, 'Names are always UTF-8.');
  },
});

const client = command({
  verbs: ['CLNT'],
  summary: 'Tell which client this is',
  source: 'usage; FEAT line CLNT',
  login: 'not-needed',
  duringTransfer: 'waits',
  argument: text('<name of the client>'),
  features: ['CLNT'],
  async *run(session, name) {
    session.context.observe({ kind: 'note', text: `client of session ${session.id}: ${name}` });
    yield reply(200, 'Noted.');
  },
});

/** RFC 2640 §4.1: a tag of English, or nothing for the default. */
const language = command({
  verbs: ['LANG'],
  summary: 'Choose the language of replies (English)',
  source: 'RFC 2640 §4.1',
  login: 'not-needed',
  duringTransfer: 'waits',
  argument: parsed('[EN]', (given) =>
    given === '' || /^en(-[a-z0-9]{1,8})*$/i.test(given)
      ? 'english'
      : /^[a-z]{1,8}(-[a-z0-9]{1,8})*$/i.test(given)
        ? 'other'
        : undefined,
  ),
  features: ['LANG EN*'],
  async *run(_session, wanted) {
    yield wanted === 'english' ? reply(200, 'Replies are in English.') : reply(504, 'Replies are in English only.');
  },
});

export const INFORMATION = [system, unicode, client, language];
