/** `tftpdnld`: fetches an image over TFTP from the loader's prompt, into a flash that is erased for it. */
import { resolvePath, ROOT } from '../../base/virtual-path.ts';
import { FileError, type FileReader, type Upload } from '../../files/index.ts';
import type { DeviceWorld } from '../ports.ts';
import { removeTree, type Volumes } from '../state/volumes.ts';
import type { Teletype } from '../terminal/teletype.ts';

/** What it needs of the prompt. */
export interface Fetching {
  readonly variables: Readonly<Record<string, string>>;
  readonly options: {
    readonly world: DeviceWorld;
    readonly volumes: Volumes;
    readonly teletype: Teletype;
    readonly signal: AbortSignal;
  };
  ask(question: string): Promise<string>;
}

const NEEDED = ['IP_ADDRESS', 'IP_SUBNET_MASK', 'DEFAULT_GATEWAY', 'TFTP_SERVER', 'TFTP_FILE'] as const;
const CHUNK_BYTES = 64 * 1024;
const BYTES_PER_MARK = 5120;

async function receive({ variables, options: { world, volumes, teletype, signal } }: Fetching): Promise<number> {
  const [server = '', file = ''] = [variables['TFTP_SERVER'], variables['TFTP_FILE']];
  // ROMMON knows port 69 only; whoever tries it on one machine needs another.
  const [, host = server, port] = /^([^:]+):(\d{1,5})$/.exec(server) ?? [];
  const target = { scheme: 'tftp', host, path: file, blockBytes: 512 } as const;
  const opened = await world.transfers.open(port === undefined ? target : { ...target, port: Number(port) }, signal);
  try {
    await using reader = await opened.files.openReader(opened.path);
    await removeTree(volumes.main.files, ROOT);
    const name = resolvePath(ROOT, file.slice(file.lastIndexOf('/') + 1)) ?? ROOT;
    const upload = await volumes.main.files.openUpload(name);
    try {
      const sizeBytes = await pour(reader, upload, teletype);
      await upload.commit();
      return sizeBytes;
    } catch (error) {
      await upload.discard();
      throw error;
    }
  } finally {
    await opened.files.close();
  }
}

async function pour(reader: FileReader, upload: Upload, teletype: Teletype): Promise<number> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let position = 0; ;) {
    const count = await reader.read(buffer, position);
    if (count === 0) return position;
    await upload.write(buffer.subarray(0, count), position);
    const marks = Math.floor((position + count) / BYTES_PER_MARK) - Math.floor(position / BYTES_PER_MARK);
    await teletype.print('!'.repeat(marks));
    position += count;
  }
}

/** Gives what is said at its end. */
export async function fetchImage(fetching: Fetching): Promise<string> {
  const { variables, options } = fetching;
  const missing = NEEDED.filter((name) => (variables[name] ?? '') === '');
  if (missing.length > 0)
    return `Missing or illegal ip address for variable ${missing[0] ?? ''}\nIllegal ${missing[0] ?? ''}.\n\nusage: tftpdnld [-hr]\n  Use this command for disaster recovery only to recover an image via TFTP.\n`;
  await options.teletype.print(
    [
      '',
      ...NEEDED.map((name) => `${name.padStart(20)}: ${variables[name] ?? ''}`),
      '',
      'Invoke this command for disaster recovery only.',
      `WARNING: all existing data in all partitions on ${options.volumes.main.facts.name.slice(0, -1)} will be lost!`,
      '',
    ].join('\n'),
  );
  const answer = await fetching.ask('Do you wish to continue? y/n:  [n]:  ');
  if (!/^y/i.test(answer)) return '';
  await options.teletype.print(`\nReceiving ${variables['TFTP_FILE'] ?? ''} from ${variables['TFTP_SERVER'] ?? ''} `);
  try {
    await receive(fetching);
    return '\nFile reception completed.\nCopying file to flash.\nErasing flash.\nFlash copy: done\n';
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return `\nTFTP: Operation terminated.\nTFTP: ${error.kind === 'not-found' ? 'File not found.' : 'Server not responding.'}\n`;
  }
}
