/** How passwords and secrets are kept: hashed, veiled (type 7), or as they were typed. */
import type { Call, RunningSystem } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { hashSecret } from '../secret/secret.ts';
import { decode7, encode7 } from '../secret/type-7.ts';
import type { Configuration } from '../state/configuration.ts';

/** `0 text` and `text` are in the clear, `5 …` and the like are stored as they come. */
function splitType(words: string): { readonly type: string | undefined; readonly text: string } {
  const [, type, text = ''] = /^(?:(\d)\s+)?(.*)$/.exec(words.trim()) ?? [];
  return { type, text };
}

/** As `secret` keeps it. */
export async function storedSecret({ system, args }: Call): Promise<string> {
  const { type, text } = splitType(args.text('secret') ?? '');
  if (type !== undefined && type !== '0') return `${type} ${text}`;
  const kind = system.platform.secretType;
  return `${kind} ${await hashSecret(kind, text, system.world.random)}`;
}

/** A password as `service password-encryption` wants it. */
export function storedPassword({ system, args }: Call): string {
  const { type, text } = splitType(args.text('password') ?? '');
  if (type === '7') {
    if (decode7(text) === undefined) throw new CommandRefusal('Invalid encrypted password');
    return `7 ${text}`;
  }
  return system.config.has('service password-encryption') ? veiled(text, system) : text;
}

const veiled = (text: string, { world }: RunningSystem): string => `7 ${encode7(text, world.random(1)[0] ?? 0)}`;

/** A password in the clear behind its keyword. */
const CLEAR = /^(.*\bpassword) (?:0 )?(?!\d )(\S.*)$/;

function veilWithin(config: Configuration, system: RunningSystem): void {
  for (const [key, line] of config.entries()) {
    const [, before, text] = CLEAR.exec(line.text) ?? [];
    if (before !== undefined && text !== undefined)
      config.set(key, { ...line, text: `${before} ${veiled(text, system)}` });
    if (line.section !== undefined) veilWithin(line.section, system);
  }
}

/** Veils what stands in the clear, as `service password-encryption` does. */
export const encryptPasswords = (system: RunningSystem): void => veilWithin(system.config, system);
