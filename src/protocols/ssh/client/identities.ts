/** The keys to log in with, in the order in which OpenSSH offers them. */
import type { BaseAgent, ParsedKey } from 'ssh2';
import { FileError } from '../../../files/error.ts';
import { agentOfOneKey, type AgentKeys, type Hash, askAgent, type Sign, signByAgent, withoutSha1 } from './agent.ts';
import { type KeyText, readKeyText } from './keys.ts';

export interface KeyFile {
  readonly bytes: Uint8Array;
  /** Whether nobody but its user can read it. */
  readonly kept: 'private' | 'in-the-open';
}

interface WantedFile {
  readonly file: string;
  /** `required`: somebody has named it for this connection. `looked-for`: nothing is said when it is not there. */
  readonly wanted: 'required' | 'named' | 'looked-for';
}

export interface IdentityOptions {
  readonly files: readonly WantedFile[];
  /** Where the agent listens; absent for none. */
  readonly agent?: string | undefined;
  /** Ends the wait for the agent. */
  readonly agentSignal: AbortSignal;
  readonly identitiesOnly: 'yes' | 'no';
  readonly rsaSha1?: 'refuse' | 'allow' | undefined;
  /** The file's first {@link MAX_KEY_FILE_BYTES}; `undefined` where there is none. */
  readonly readFile: (file: string) => Promise<KeyFile | undefined>;
  /** Asks for a passphrase; absent where nobody sits. Nothing typed means: do without this key. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Is told, in whole sentences, why a key is not used. */
  readonly tell: (sentence: string) => void;
}

/** A way to log in. `agent` is for the library's `{ type: 'agent' }`: it shows this key and no other. */
export interface Identity {
  readonly kind: 'agent' | 'key-file';
  readonly keyType: string;
  /** The wire form. */
  readonly publicKey: Uint8Array;
  readonly comment: string;
  readonly file?: string;
  readonly agent: BaseAgent;
  /** The bare signature, as the library takes it. Rejects with a sentence. */
  readonly sign: Sign;
}

const MAX_TRIES = 3;

interface FileKey extends WantedFile {
  readonly bytes: Uint8Array;
  readonly text: KeyText;
  readonly publicKey: ParsedKey | undefined;
}

/**
 * The identities one after another: those of the agent that files name, the agent's others (unless `identitiesOnly`),
 * then the files'. A passphrase is asked for when the server has taken the key, or, where the public half is not known,
 * when its turn comes. Throws a `FileError` for a required file that cannot be used.
 */
export async function* identities(options: IdentityOptions): AsyncGenerator<Identity> {
  const files = await readFiles(options);
  const held = await askQuietly(options);
  const named = (key: ParsedKey): FileKey | undefined =>
    files.find(({ publicKey }) => publicKey !== undefined && isSame(publicKey, key));
  const keys = held?.keys ?? [];
  const first = keys.filter((key) => named(key) !== undefined);
  const others = options.identitiesOnly === 'yes' ? [] : keys.filter((key) => named(key) === undefined);
  for (const key of [...first, ...others])
    if (held !== undefined) yield identity(key, { kind: 'agent', sign: signByAgent(held, key) }, options);
  for (const file of files) {
    const isHeld = first.some((key) => named(key) === file);
    const found = isHeld ? undefined : await fromFile(file, options);
    if (found !== undefined) yield found;
  }
}

const isSame = (one: ParsedKey, other: ParsedKey): boolean => one.getPublicSSH().equals(other.getPublicSSH());

function identity(
  key: ParsedKey,
  how: Pick<Identity, 'kind' | 'sign'> & { readonly file?: string },
  { rsaSha1 = 'refuse' }: IdentityOptions,
): Identity {
  const sign = rsaSha1 === 'allow' ? how.sign : withoutSha1(key.type, how.sign);
  const { kind, file } = how;
  return {
    kind,
    keyType: key.type,
    publicKey: key.getPublicSSH(),
    comment: key.comment,
    ...(file === undefined ? {} : { file }),
    agent: agentOfOneKey(key, sign),
    sign,
  };
}

async function askQuietly({ agent, agentSignal, tell }: IdentityOptions): Promise<AgentKeys | undefined> {
  if (agent === undefined) return undefined;
  try {
    return await askAgent(agent, agentSignal);
  } catch (cause) {
    tell(`The agent at ${agent} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`);
    return undefined;
  }
}

async function readFiles(options: IdentityOptions): Promise<readonly FileKey[]> {
  const found: FileKey[] = [];
  for (const one of options.files) {
    const { file, wanted } = one;
    const read = await readOne(one, options);
    if (typeof read !== 'string') found.push(read);
    else if (wanted === 'required') throw unusable(file, read);
    else if (wanted === 'named' || read !== MISSING) options.tell(`The key ${file} ${read}.`);
  }
  return found;
}

const MISSING = 'is not there';

const unusable = (file: string, why: string): FileError =>
  new FileError('login-refused', '/', { detail: `the key ${file} ${why}` });

/** What is wrong with it as text. */
async function readOne({ file, wanted }: WantedFile, { readFile }: IdentityOptions): Promise<FileKey | string> {
  const read = await readFile(file);
  const beside = file.endsWith('.pub') ? undefined : await publicBeside(file, readFile);
  // The public half alone is enough where an agent holds the other.
  if (read === undefined)
    return beside === undefined
      ? MISSING
      : { file, wanted, bytes: Buffer.of(), text: { kind: 'public', key: beside }, publicKey: beside };
  const text = readKeyText(read.bytes);
  if (text.kind === 'unreadable') return text.why;
  if (text.kind !== 'public' && read.kept === 'in-the-open')
    return `can be read by others, so it is not used: chmod 600 ${file}`;
  return { file, wanted, bytes: read.bytes, text, publicKey: publicHalf(text) ?? beside };
}

function publicHalf(text: KeyText): ParsedKey | undefined {
  if (text.kind === 'locked') return text.publicKey;
  return text.kind === 'private' || text.kind === 'public' ? text.key : undefined;
}

async function publicBeside(file: string, readFile: IdentityOptions['readFile']): Promise<ParsedKey | undefined> {
  const read = await readFile(`${file}.pub`);
  const text = read === undefined ? undefined : readKeyText(read.bytes);
  return text?.kind === 'public' ? text.key : undefined;
}

/** A public half whose other nobody holds is no way to log in. */
async function fromFile(found: FileKey, options: IdentityOptions): Promise<Identity | undefined> {
  const { file, text } = found;
  if (text.kind === 'private')
    return identity(text.key, { kind: 'key-file', file, sign: signer(() => Promise.resolve(text.key)) }, options);
  if (text.kind !== 'locked') return undefined;
  if (options.ask === undefined) {
    const why = `is encrypted and needs a passphrase, and there is no terminal to ask at: add it to an agent first (ssh-add ${file})`;
    if (found.wanted === 'required') throw unusable(file, why);
    options.tell(`The key ${file} ${why}.`);
    return undefined;
  }
  let opened: Promise<ParsedKey> | undefined;
  const open = (): Promise<ParsedKey> => (opened ??= unlock(found, options));
  if (found.publicKey !== undefined)
    return identity(found.publicKey, { kind: 'key-file', file, sign: signer(open) }, options);
  try {
    return identity(await open(), { kind: 'key-file', file, sign: signer(open) }, options);
  } catch (cause) {
    options.tell(cause instanceof Error ? cause.message : String(cause));
    return undefined;
  }
}

/** Asks until it is right, three times at most. Rejects with a whole sentence. */
async function unlock({ file, bytes }: FileKey, { ask }: IdentityOptions): Promise<ParsedKey> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const passphrase = (await ask?.(`Passphrase of the key ${file}: `)) ?? '';
    if (passphrase === '') break;
    const text = readKeyText(bytes, passphrase);
    if (text.kind === 'private') return text.key;
    if (text.kind !== 'wrong-passphrase')
      throw new Error(`The key ${file} ${text.kind === 'unreadable' ? text.why : 'cannot be used'}.`);
  }
  throw new Error(`The passphrase of the key ${file} was wrong, so it is not used.`);
}

const signer =
  (open: () => Promise<ParsedKey>): Sign =>
  async (data, hash: Hash | undefined) => {
    const key = await open();
    // The library gives an error instead of throwing it.
    const signature: Buffer | Error = key.sign(data, hash);
    if (signature instanceof Error) throw signature;
    return signature;
  };
