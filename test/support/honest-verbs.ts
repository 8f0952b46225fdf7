/** What the scripted server answers where no script says otherwise: as an honest server of a few files would. */
import { posix } from 'node:path';
import type { Act, Conversation } from './scripted-ftp.ts';

const at = (conversation: Conversation, argument: string): string =>
  posix.resolve(conversation.directory, Buffer.from(argument, 'latin1').toString('utf8'));

const MODIFIED = '20260102030405';

/** A line of MLSD or MLST (RFC 3659 §7). */
export const factsOf = (name: string, content: Uint8Array | undefined): string =>
  content === undefined
    ? `type=dir;modify=${MODIFIED}; ${name}`
    : `type=file;size=${content.length};modify=${MODIFIED}; ${name}`;

/** The entries of a directory as MLSD has them, with the line ends. */
function listing({ shared }: Conversation, directory: string): string {
  const inside = (name: string): boolean => name !== '/' && posix.dirname(name) === directory;
  const files = [...shared.files].filter(([name]) => inside(name));
  const lines = [
    ...[...shared.directories].filter(inside).map((name) => factsOf(posix.basename(name), undefined)),
    ...files.map(([name, content]) => factsOf(posix.basename(name), content)),
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Answers with the file, or that there is none. */
const ofFile =
  (answer: (content: Buffer, path: string) => string): Act =>
  (conversation, argument) => {
    const path = at(conversation, argument);
    const content = conversation.shared.files.get(path);
    conversation.say(content === undefined ? '550 no such file' : answer(content, path));
  };

const passiveNumbers = (host: string, port: number): string =>
  `${host.replaceAll('.', ',')},${port >> 8},${port & 255}`;

async function retrieve(conversation: Conversation, argument: string): Promise<void> {
  const content = conversation.shared.files.get(at(conversation, argument));
  if (content === undefined) {
    conversation.say('550 no such file');
    return;
  }
  conversation.say('150 here it comes');
  const from = conversation.restart;
  conversation.restart = 0;
  await conversation.give(content.subarray(from));
  conversation.say('226 that was it');
}

async function store(conversation: Conversation, argument: string): Promise<void> {
  const { files } = conversation.shared;
  const path = at(conversation, argument);
  conversation.say('150 go on');
  const kept = files.get(path)?.subarray(0, conversation.restart) ?? Buffer.alloc(0);
  conversation.restart = 0;
  files.set(path, Buffer.concat([kept, await conversation.take()]));
  conversation.say('226 stored');
}

async function append(conversation: Conversation, argument: string): Promise<void> {
  const { files } = conversation.shared;
  const path = at(conversation, argument);
  conversation.say('150 go on');
  files.set(path, Buffer.concat([files.get(path) ?? Buffer.alloc(0), await conversation.take()]));
  conversation.say('226 appended');
}

async function list(conversation: Conversation, argument: string): Promise<void> {
  const directory = at(conversation, argument);
  if (!conversation.shared.directories.has(directory)) {
    conversation.say('550 no such directory');
    return;
  }
  conversation.say('150 here it comes');
  await conversation.give(listing(conversation, directory));
  conversation.say('226 that was it');
}

function tellOf(conversation: Conversation, argument: string): void {
  const path = at(conversation, argument);
  const content = conversation.shared.files.get(path);
  if (content === undefined && !conversation.shared.directories.has(path)) conversation.say('550 no such name');
  else conversation.say(`250-of one\r\n ${factsOf(path, content)}\r\n250 end`);
}

function rename(conversation: Conversation, argument: string): void {
  const { files, directories } = conversation.shared;
  const target = at(conversation, argument);
  const content = files.get(conversation.renaming);
  if (content !== undefined) {
    files.delete(conversation.renaming);
    files.set(target, content);
  } else if (directories.delete(conversation.renaming)) directories.add(target);
  conversation.say('250 renamed');
}

function enter(conversation: Conversation, argument: string): void {
  const directory = at(conversation, argument);
  if (!conversation.shared.directories.has(directory)) {
    conversation.say('550 no such directory');
    return;
  }
  conversation.directory = directory;
  conversation.say('250 entered');
}

function callBack(conversation: Conversation, host: string, port: number): void {
  conversation.call(host, port);
  conversation.say('200 will call');
}

export const HONEST: Readonly<Record<string, Act>> = {
  USER: '331 and the password?',
  PASS: '230 welcome',
  ACCT: '202 not needed',
  SYST: '215 UNIX Type: L8',
  FEAT: (conversation) => {
    const secured = conversation.shared.control === undefined ? [] : ['AUTH TLS', 'PBSZ', 'PROT'];
    const lines = [...conversation.shared.features, ...secured].map((line) => ` ${line}\r\n`);
    conversation.say(`211-features\r\n${lines.join('')}211 end`);
  },
  OPTS: '200 as you like',
  CLNT: '200 hello',
  TYPE: '200 type set',
  MODE: '200 mode set',
  STRU: '200 structure set',
  NOOP: '200 still here',
  PBSZ: '200 no buffer',
  ALLO: '202 not needed',
  STAT: '211 fine',
  HELP: '214 no',
  PROT: (conversation, argument) => {
    conversation.protectsData = argument.toUpperCase() === 'P';
    conversation.say('200 protection set');
  },
  AUTH: (conversation) => {
    if (conversation.shared.control === undefined) {
      conversation.say('502 no TLS here');
      return;
    }
    conversation.say('234 go on');
    conversation.secure();
  },
  PWD: (conversation) => conversation.say(`257 "${conversation.directory}" is where you are`),
  CWD: enter,
  CDUP: (conversation) => enter(conversation, '..'),
  EPSV: async (conversation) => conversation.say(`229 Entering (|||${await conversation.listen()}|)`),
  PASV: async (conversation) => {
    const port = await conversation.listen();
    conversation.say(`227 Entering (${passiveNumbers(conversation.shared.host, port)})`);
  },
  PORT: (conversation, argument) => {
    const [a = '', b = '', c = '', d = '', high = 0, low = 0] = argument.split(',');
    callBack(conversation, `${a}.${b}.${c}.${d}`, Number(high) * 256 + Number(low));
  },
  EPRT: (conversation, argument) => {
    const [, , host = '', port = ''] = argument.split(argument.slice(0, 1));
    callBack(conversation, host, Number(port));
  },
  REST: (conversation, argument) => {
    conversation.restart = Number(argument);
    conversation.say('350 from there');
  },
  RETR: retrieve,
  STOR: store,
  APPE: append,
  MLSD: list,
  MLST: tellOf,
  SIZE: ofFile((content) => `213 ${content.length}`),
  MDTM: ofFile(() => `213 ${MODIFIED}`),
  DELE: (conversation, argument) => {
    const gone = conversation.shared.files.delete(at(conversation, argument));
    conversation.say(gone ? '250 removed' : '550 no such file');
  },
  MKD: (conversation, argument) => {
    const path = at(conversation, argument);
    conversation.shared.directories.add(path);
    conversation.say(`257 "${path}" made`);
  },
  RMD: (conversation, argument) => {
    const gone = conversation.shared.directories.delete(at(conversation, argument));
    conversation.say(gone ? '250 removed' : '550 no such directory');
  },
  RNFR: (conversation, argument) => {
    const { files, directories } = conversation.shared;
    conversation.renaming = at(conversation, argument);
    const known = files.has(conversation.renaming) || directories.has(conversation.renaming);
    conversation.say(known ? '350 and the new name?' : '550 no such name');
  },
  RNTO: rename,
  ABOR: '226 nothing runs',
  QUIT: (conversation) => {
    conversation.say('221 goodbye');
    conversation.socket.end();
  },
};
