/** `| redirect`, `| append` and `| tee`: a command's output as a file. */
import { FileError } from '../files/index.ts';
import type { Call, Output } from './command.ts';
import { readText, writeText } from './state/volumes.ts';

/** Output that goes to a file is held in memory first; more is no output of a command. */
const MOST_BYTES = 4 * 1024 * 1024;

async function textOf(output: Output): Promise<string> {
  if (typeof output === 'string') return output;
  let text = '';
  for await (const piece of output ?? []) {
    text += piece;
    if (text.length > MOST_BYTES) break;
  }
  return text;
}

export async function pipeInto(
  output: Output,
  { kind, text: target }: { readonly kind: 'redirect' | 'append' | 'tee'; readonly text: string },
  { system, session }: Call,
): Promise<void> {
  const text = await textOf(output);
  if (kind === 'tee') await session.write(text);
  const spot = system.volumes.resolve(target, session.directory);
  if (spot === undefined) {
    await session.write(`%Error opening ${target} (No such device)\n`);
    return;
  }
  try {
    const before = kind === 'append' ? ((await readText(spot.volume.files, spot.path)) ?? '') : '';
    await writeText(spot.volume.files, spot.path, `${before}${text}`);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await session.write(
      `%Error opening ${target} (${error.kind === 'quota' || error.kind === 'full' ? 'Not enough space on device' : 'No such file or directory'})\n`,
    );
  }
}
