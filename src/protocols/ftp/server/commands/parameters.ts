/** How files are shown and moved: TYPE, STRU, MODE (RFC 959 §4.1.2). */
import { parseLetter, parseType } from '../../session/representation.ts';
import { reply } from '../../wire/reply.ts';
import { parsed } from '../arguments.ts';
import { command } from '../command.ts';

const type = command({
  verbs: ['TYPE'],
  summary: 'Choose ASCII (A) or image (I, L 8)',
  source: 'RFC 959 §4.1.2',
  login: 'required',
  duringTransfer: 'waits',
  argument: parsed('<A [N] | I | L 8>', parseType),
  async *run(session, wanted) {
    if (wanted === 'unsupported') return yield reply(504);
    session.type = wanted;
    yield reply(200, wanted === 'ascii' ? 'ASCII: line ends are converted.' : 'Image: bytes move as they are.');
  },
});

const structure = command({
  verbs: ['STRU'],
  summary: 'Choose the file structure (F)',
  source: 'RFC 959 §4.1.2',
  login: 'required',
  duringTransfer: 'waits',
  argument: parsed('<F>', (text) => parseLetter(text, 'F', 'FRP')),
  async *run(_session, wanted) {
    yield wanted === 'here' ? reply(200, 'Structure is file.') : reply(504);
  },
});

const mode = command({
  verbs: ['MODE'],
  summary: 'Choose the transfer mode (S)',
  source: 'RFC 959 §4.1.2',
  login: 'required',
  duringTransfer: 'waits',
  argument: parsed('<S>', (text) => parseLetter(text, 'S', 'SBC')),
  async *run(_session, wanted) {
    yield wanted === 'here' ? reply(200, 'Mode is stream.') : reply(504);
  },
});

export const PARAMETERS = [type, structure, mode];
