/** Lists the directory and reads every line, as the client itself would. */
import { decodeName } from '../../base/name.ts';
import type { ListingParser, ParsedLine } from '../../protocols/listing/parsed.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';
import { type Patient, whyOf } from './patient.ts';
import { listCommand, receive } from './receive.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_SHOWN_ISSUES = 3;

export interface Parsers {
  readonly mlsd: () => ListingParser;
  readonly list: () => ListingParser;
}

interface Read {
  readonly entries: number;
  readonly raw: number;
  readonly issues: readonly string[];
}

function readLines(parser: ListingParser, text: string): Read {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const parsed: (readonly [string, ParsedLine])[] = lines
    .filter((line) => line !== '')
    .map((line) => [line, parser.parse(line)]);
  const results = [...parsed, ['', parser.end()] as const];
  const entries = results.flatMap(([, result]) => (result.kind === 'entry' ? [result.entry] : []));
  return {
    entries: entries.length,
    raw: entries.filter(({ name }) => !name.isWellFormed()).length,
    issues: results.flatMap(([line, result]) =>
      result.kind === 'issue' ? [`${result.why}: ${result.line ?? line}`] : [],
    ),
  };
}

function issueFindings(issues: readonly string[]): readonly Finding[] {
  if (issues.length === 0) return [];
  const shown = issues.slice(0, MAX_SHOWN_ISSUES).join(' · ');
  const more = issues.length > MAX_SHOWN_ISSUES ? `, and ${issues.length - MAX_SHOWN_ISSUES} more` : '';
  const sentence = `${issues.length} lines of the listing could not be read (${shown}${more})`;
  return [
    warning('listing', sentence, 'please report these lines with the kind of server, so that Portcall learns them'),
  ];
}

export async function examineListing(patient: Patient, parsers: Parsers): Promise<readonly Finding[]> {
  const { session } = patient.main;
  const command = listCommand(session);
  try {
    const { bytes, isWhole } = await receive(session, command, { maxBytes: MAX_BYTES, signal: patient.signal });
    const parser = command.verb === 'MLSD' ? parsers.mlsd() : parsers.list();
    const { entries, raw, issues } = readLines(parser, decodeName(bytes));
    const form = command.verb === 'MLSD' ? 'for programs (MLSD)' : 'for people (LIST), which have to be guessed at';
    const cut = isWhole ? '' : ', of which the beginning was read';
    const names =
      raw === 0
        ? []
        : [warning('names', `${raw} names are not UTF-8`, 'they can be used all the same: \\xNN stands for one byte')];
    return [
      ok('listing', `Listings are ${form}; the directory has ${entries} entries${cut}`),
      ...names,
      ...issueFindings(issues),
    ];
  } catch (error) {
    patient.signal.throwIfAborted();
    if (!session.isOpen) throw error;
    return [problem('listing', `The directory cannot be listed: ${whyOf(error)}`, 'see the findings on EPSV and PASV')];
  }
}

/** How long the server takes for a command that does nothing: the median of some. */
export async function examineLatency({ main, clock, signal }: Patient): Promise<readonly Finding[]> {
  const times: number[] = [];
  for (let count = 0; count < 5; count += 1) {
    const startMs = clock.monotonic();
    await main.session.command({ verb: 'NOOP' }, { signal });
    times.push(clock.monotonic() - startMs);
  }
  const median = times.toSorted((one, other) => one - other)[2] ?? 0;
  return [note('latency', `A command takes ${median.toFixed(1)} ms`)];
}
