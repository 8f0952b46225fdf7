/** Settles configurations from text, in a folder of their own, and gathers what is wrong with them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Flags } from '../../src/config/flags.ts';
import { ConfigurationError } from '../../src/config/problem.ts';
import { settle, type ServeSettings } from '../../src/config/settings.ts';

export interface ConfigurationFolder extends Disposable {
  readonly path: string;
  write(name: string, text: string): void;
  /** Settles a file of this text, called `portcall.yaml`; `flags` may add to it. */
  settle(text: string, flags?: Flags): ServeSettings;
}

export function configurationFolder(): ConfigurationFolder {
  const path = mkdtempSync(join(tmpdir(), 'portcall-config-'));
  const write = (name: string, text: string): void => writeFileSync(join(path, name), text);
  return {
    path,
    write,
    settle: (text, flags = {}) => {
      write('portcall.yaml', text);
      return settle({ ...flags, config: 'portcall.yaml' }, path);
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

/** The sentences of the {@link ConfigurationError} that the work throws; none when it throws nothing. */
export function problemsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message.split('\n');
  }
  return [];
}
