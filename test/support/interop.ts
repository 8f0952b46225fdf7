/** One table of scenarios for every FTP client that others wrote: each client says how it is told to do a thing. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { faultsOf, startTestServer, type TestServer } from './ftp-server.ts';
import type { DataBinding } from '../../src/protocols/ftp/server/tls-options.ts';
import { needs } from './program.ts';
import { type TestTls, testTls } from './tls-ftp.ts';
import { sampleBytes, sha256 } from './tree.ts';

/** Where the server is and how data connections are to be made. */
export interface Meeting {
  readonly host: string;
  readonly port: number;
  readonly mode: 'active' | 'passive';
  /** A folder for the client's own files, where it also runs. */
  readonly home: string;
  readonly encryption?: Encryption & {
    /** The authority that the client is to trust, and no other. */
    readonly caFile: string;
  };
}

/** How a client encrypts; the listener speaks no other version. */
export interface Encryption {
  readonly start: 'explicit' | 'implicit';
  readonly version: 'TLSv1.2' | 'TLSv1.3';
  readonly dataBinding: DataBinding;
}

/** Every start with every version, every version and every start with both bindings. */
export const ENCRYPTIONS: readonly Encryption[] = [
  { start: 'explicit', version: 'TLSv1.2', dataBinding: 'auto' },
  { start: 'implicit', version: 'TLSv1.3', dataBinding: 'auto' },
  { start: 'explicit', version: 'TLSv1.3', dataBinding: 'required' },
  { start: 'implicit', version: 'TLSv1.2', dataBinding: 'required' },
];

/** A file on each side; both are plain names. */
export interface FilePair {
  readonly local: string;
  readonly remote: string;
}

type Move = (meeting: Meeting, files: FilePair) => Promise<unknown>;

/** What a program can do; what it cannot is left out. */
export interface Client {
  readonly program: string;
  readonly families: readonly (4 | 6)[];
  readonly modes: readonly ('active' | 'passive')[];
  /** How it is tried encrypted, with verification on. */
  readonly encryptions?: readonly Encryption[];
  /** What the program itself does wrong, so that it cannot be tried. */
  readonly cannot?: (family: 4 | 6, mode: 'active' | 'passive', encryption?: Encryption) => boolean;
  readonly get: Move;
  readonly put?: Move;
  readonly append?: Move;
  /** Continue a download, or an upload, that stopped in the middle. */
  readonly resumeGet?: Move;
  readonly resumePut?: Move;
  readonly getText?: Move;
  readonly putText?: Move;
  /** The names in the root, wherever they stand in what the program printed. */
  readonly list?: (meeting: Meeting) => Promise<string>;
}

const WHOLE = sampleBytes(700_001);
const PART_BYTES = 200_003;
const TEXT = 'one\ntwo\n\nfour, at the end\n';

/** A scenario puts files on both sides, lets the client act, and looks at the bytes. */
interface Scenario {
  readonly name: string;
  /** Also over active connections and IPv6. */
  readonly everywhere: boolean;
  readonly needs: keyof Client;
  readonly play: (client: Client, stage: Stage) => Promise<void>;
}

interface Stage {
  readonly meeting: Meeting;
  readonly server: TestServer;
}

const FILES: FilePair = { local: 'local.bin', remote: 'remote.bin' };

const onServer = ({ server }: Stage): string => join(server.root, FILES.remote);
const atHome = ({ meeting }: Stage): string => join(meeting.home, FILES.local);
const same = async (path: string, expected: Uint8Array | string): Promise<void> => {
  const found = await readFile(path);
  assert.equal(found.length, Buffer.from(expected).length);
  assert.equal(sha256(found), sha256(Buffer.from(expected)));
};

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'get',
    everywhere: true,
    needs: 'get',
    async play(client, stage) {
      await writeFile(onServer(stage), WHOLE);
      await client.get(stage.meeting, FILES);
      await same(atHome(stage), WHOLE);
    },
  },
  {
    name: 'put',
    everywhere: true,
    needs: 'put',
    async play(client, stage) {
      await writeFile(atHome(stage), WHOLE);
      await client.put?.(stage.meeting, FILES);
      await same(onServer(stage), WHOLE);
    },
  },
  {
    name: 'put over a longer file',
    everywhere: false,
    needs: 'put',
    async play(client, stage) {
      await writeFile(onServer(stage), WHOLE);
      await writeFile(atHome(stage), 'short');
      await client.put?.(stage.meeting, FILES);
      await same(onServer(stage), 'short');
    },
  },
  {
    name: 'append',
    everywhere: false,
    needs: 'append',
    async play(client, stage) {
      await writeFile(onServer(stage), WHOLE);
      await writeFile(atHome(stage), TEXT);
      await client.append?.(stage.meeting, FILES);
      await same(onServer(stage), Buffer.concat([WHOLE, Buffer.from(TEXT)]));
    },
  },
  {
    name: 'continue a get',
    everywhere: false,
    needs: 'resumeGet',
    async play(client, stage) {
      await writeFile(onServer(stage), WHOLE);
      await writeFile(atHome(stage), WHOLE.subarray(0, PART_BYTES));
      await client.resumeGet?.(stage.meeting, FILES);
      await same(atHome(stage), WHOLE);
    },
  },
  {
    name: 'continue a put',
    everywhere: false,
    needs: 'resumePut',
    async play(client, stage) {
      await writeFile(onServer(stage), WHOLE.subarray(0, PART_BYTES));
      await writeFile(atHome(stage), WHOLE);
      await client.resumePut?.(stage.meeting, FILES);
      await same(onServer(stage), WHOLE);
    },
  },
  {
    name: 'get in ASCII',
    everywhere: false,
    needs: 'getText',
    async play(client, stage) {
      await writeFile(onServer(stage), TEXT);
      await client.getText?.(stage.meeting, FILES);
      await same(atHome(stage), TEXT);
    },
  },
  {
    name: 'put in ASCII',
    everywhere: false,
    needs: 'putText',
    async play(client, stage) {
      await writeFile(atHome(stage), TEXT);
      await client.putText?.(stage.meeting, FILES);
      await same(onServer(stage), TEXT);
    },
  },
  {
    name: 'list',
    everywhere: true,
    needs: 'list',
    async play(client, stage) {
      await writeFile(onServer(stage), 'x');
      await writeFile(join(stage.server.root, 'two words.txt'), 'x');
      const listing = await client.list?.(stage.meeting);
      for (const name of [FILES.remote, 'two words.txt'])
        assert.ok(listing?.includes(name), `${name} in ${listing ?? ''}`);
    },
  },
];

/** Declares the tests of one client. */
export function interop(client: Client): void {
  const { skip } = needs(client.program);
  for (const family of client.families)
    for (const mode of client.modes.filter((each) => client.cannot?.(family, each) !== true))
      describe(`${client.program}: ${mode}, IPv${family}`, { skip }, () => {
        const everything = family === 4 && mode === client.modes[0];
        for (const scenario of SCENARIOS)
          if (client[scenario.needs] !== undefined && (everything || scenario.everywhere))
            test(scenario.name, () => atMeeting({ family, mode }, (stage) => scenario.play(client, stage)));
      });
  for (const [index, encryption] of (client.encryptions ?? []).entries())
    describe(
      `${client.program}: ${encryption.start} ${encryption.version}, binding ${encryption.dataBinding}`,
      { skip },
      () => {
        for (const mode of client.modes.filter((each) => client.cannot?.(4, each, encryption) !== true))
          for (const scenario of SCENARIOS)
            if (client[scenario.needs] !== undefined && ((mode === 'passive' && index === 0) || scenario.everywhere))
              test(`${scenario.name}, ${mode}`, () =>
                atMeeting({ family: 4, mode, encryption }, (stage) => scenario.play(client, stage)));
      },
    );
}

/** Everything is demanded of the client: encryption for names and for data. */
const tlsFor = ({ start, version, dataBinding }: Encryption): Promise<TestTls> =>
  testTls({ start, dataBinding, demand: 'data' }, { minVersion: version, maxVersion: version });

/** A server and a home for one scenario, both thrown away. */
export async function atMeeting(
  { family, mode, encryption }: { family: 4 | 6; mode: Meeting['mode']; encryption?: Encryption },
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const tls = encryption && (await tlsFor(encryption));
  const host = family === 4 ? '127.0.0.1' : '::1';
  await using server = await startTestServer({ host, ...(tls && { tls: tls.options }) });
  const home = await mkdtemp(join(tmpdir(), 'portcall-home-'));
  try {
    const meeting: Meeting = { host: server.host, port: server.port, mode, home };
    if (tls === undefined || encryption === undefined) await play({ meeting, server });
    else {
      const caFile = join(home, 'ca.pem');
      await writeFile(caFile, tls.authority.caPem);
      await play({ meeting: { ...meeting, encryption: { ...encryption, caFile } }, server });
    }
    assert.deepEqual(faultsOf(server), []);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
