/** The commented example loads, and explains every key of the schema. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { configurationFolder } from '../../test/support/settle-file.ts';
import { fileSchema } from './schema/file.ts';
import { readYaml } from './yaml-file.ts';

const example = readFileSync(new URL('../../docs/portcall.example.yaml', import.meta.url), 'utf8');

/** Every key at every depth, from the schema's own description of its input. */
function keysOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(keysOf);
  if (typeof node !== 'object' || node === null) return [];
  const properties = 'properties' in node ? Object.keys(node.properties as object) : [];
  return [...properties, ...Object.values(node).flatMap(keysOf)];
}

test('the example loads', () => {
  const { contents } = readYaml(example, 'portcall.example.yaml', fileSchema);
  assert.equal(contents.listeners?.length, 4);
  assert.equal(contents.accounts?.length, 3);
});

test('the example settles, and warns of nothing', () => {
  using folder = configurationFolder();
  folder.write('account-hook.secret', `${'x'.repeat(32)}\n`);
  const settings = folder.settle(example);
  assert.deepEqual(settings.warnings, []);
  assert.equal(settings.accountHook?.secret, 'x'.repeat(32));
});

test('every key of the schema is in the example', () => {
  const keys = new Set(keysOf(z.toJSONSchema(fileSchema, { io: 'input', unrepresentable: 'any' })));
  assert.ok(keys.size > 30, `examined ${keys.size} keys`);
  for (const key of keys) assert.match(example, new RegExp(`\\b${key}:`), `the example lacks ${key}`);
});
