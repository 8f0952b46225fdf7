/** `portcall who`: the sessions of the running servers. */
import { askAll } from '../../app/control/client.ts';
import { printableJson } from '../../base/escape.ts';
import { durationText, sizeText } from '../../observe/quantities.ts';
import type { SessionInfo } from '../../observe/session-info.ts';
import type { CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { askRunning, JSON_OPTION, STATE_OPTION } from '../running-server.ts';
import { tableOf } from '../table.ts';

const HEAD = ['SESSION', 'PROTOCOL', 'ACCOUNT', 'CLIENT', 'ENCRYPTED', 'SINCE', 'IDLE', 'DOING'] as const;

function doing({ state, transfer }: SessionInfo): string {
  if (transfer === undefined) return state;
  const { verb, path, bytes, totalBytes, rateBytesPerSecond } = transfer;
  const moved = totalBytes === undefined ? sizeText(bytes) : `${sizeText(bytes)} of ${sizeText(totalBytes)}`;
  return `${verb} ${path}, ${moved}, ${sizeText(rateBytesPerSecond)}/s`;
}

const rowOf = (session: SessionInfo): string[] => [
  session.session,
  session.protocol,
  session.account ?? '-',
  session.peer,
  session.encrypted,
  durationText(session.sinceMs),
  durationText(session.idleMs),
  doing(session),
];

export const whoCommand: CommandRow = {
  name: 'who',
  summary: 'show the sessions of the running server',
  examples: [
    ['portcall who', 'who is there, since when, and what they move'],
    ['portcall who --json', 'the same for programs'],
  ],
  options: [JSON_OPTION, STATE_OPTION],
  async run(options, world) {
    const answers = await askRunning(options, world, (asking) => askAll<'who'>({ ask: 'who' }, asking));
    const sessions = answers.flatMap(({ pid, result }) => result.sessions.map((session) => ({ pid, ...session })));
    const left = answers.reduce((sum, { result }) => sum + result.left, 0);
    if (options['json'] === true) world.stdout.write(`${printableJson(JSON.stringify(sessions))}\n`);
    else world.stdout.write(sessions.length === 0 ? 'Nobody is there.\n' : tableOf(HEAD, sessions.map(rowOf)));
    if (left > 0) world.stderr.write(`portcall: ${left} more sessions found no room here\n`);
    return EXIT.done;
  },
};
