/** Which version this is. */
import { readFileSync } from 'node:fs';

/** As package.json has it. */
export function versionText(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
