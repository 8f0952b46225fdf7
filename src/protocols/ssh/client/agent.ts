/** Agents that hold keys: ssh-agent, OpenSSH's pipe on Windows, Pageant. And one key shown as an agent of its own. */
import type { Duplex } from 'node:stream';
import ssh2, { type BaseAgent, type ParsedKey, type SigningRequestOptions } from 'ssh2';

/** Where Windows' own OpenSSH listens. */
export const WINDOWS_AGENT_PIPE = String.raw`\\.\pipe\openssh-ssh-agent`;
const MAX_KEYS = 100;

export interface AgentKeys {
  readonly agent: BaseAgent<ParsedKey>;
  readonly keys: readonly ParsedKey[];
}

/**
 * Asks an agent for its keys. Rejects when there is none at that place, or when the signal ends the wait: an agent may be
 * silent for ever. Keys of kinds that the library does not know (certificates, security keys) are left out.
 */
export async function askAgent(place: string, signal: AbortSignal): Promise<AgentKeys> {
  const agent = ssh2.createAgent(place);
  const hangUp = rememberStream(agent);
  const { promise, resolve, reject } = Promise.withResolvers<readonly ParsedKey[]>();
  const onAbort = (): void => {
    reject(new Error('it was silent for too long', { cause: signal.reason }));
    hangUp();
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    agent.getIdentities((error, keys) => {
      if (error !== undefined && error !== null) reject(error);
      else resolve((keys ?? []).flatMap(asParsed));
    });
    return { agent: agent as BaseAgent<ParsedKey>, keys: (await promise).slice(0, MAX_KEYS) };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** What ends the conversation: the library itself would wait for ever. */
function rememberStream(agent: BaseAgent): () => void {
  let stream: Duplex | undefined;
  const open = agent.getStream?.bind(agent);
  if (open !== undefined)
    agent.getStream = (done) =>
      open((error, opened) => {
        stream = opened;
        done(error, opened);
      });
  return () => stream?.destroy();
}

/** The type of the library allows other forms; its own agents give keys. */
const asParsed = (key: unknown): ParsedKey[] =>
  typeof key === 'object' && key !== null && 'getPublicSSH' in key ? [key as ParsedKey] : [];

export type Hash = 'sha1' | 'sha256' | 'sha512';

/** Signs with a key; `hash` counts for RSA only (RFC 8332). Rejects with a sentence. */
export type Sign = (data: Buffer, hash: Hash | undefined) => Promise<Buffer>;

/** One key as an agent that holds nothing else: the library then asks for a signature only when the server takes the key. */
export function agentOfOneKey(publicKey: ParsedKey, sign: Sign): BaseAgent {
  // The library takes what has its prototype, and only errors extend here.
  const agent = Object.create(ssh2.BaseAgent.prototype) as BaseAgent;
  return Object.assign(agent, {
    getIdentities: (done: (error: Error | null, keys?: ParsedKey[]) => void) => done(null, [publicKey]),
    sign: (
      _key: unknown,
      data: Buffer,
      options: SigningRequestOptions,
      done: (error: Error | null, signature?: Buffer) => void,
    ) => {
      sign(data, options.hash).then(
        (signature) => done(null, signature),
        (cause: unknown) => done(cause instanceof Error ? cause : new Error(String(cause))),
      );
    },
  });
}

/** Signs by an agent. */
export const signByAgent =
  ({ agent }: AgentKeys, key: ParsedKey): Sign =>
  (data, hash) =>
    new Promise((resolve, reject) => {
      agent.sign(key, data, hash === undefined ? {} : { hash }, (error, signature) => {
        if (signature === undefined) reject(error ?? new Error('the agent gave no signature'));
        else resolve(signature);
      });
    });

/** RSA with SHA-1 (`ssh-rsa`) is refused unless it is allowed: servers that want nothing else are broken or very old. */
export const withoutSha1 =
  (keyType: string, sign: Sign): Sign =>
  async (data, hash) => {
    if (keyType === 'ssh-rsa' && hash !== 'sha256' && hash !== 'sha512')
      throw new Error(
        'the server takes RSA signatures with SHA-1 only; use another key, or PubkeyAcceptedAlgorithms +ssh-rsa for this host',
      );
    return await sign(data, hash);
  };
