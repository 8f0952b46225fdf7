/** The RSA keys of the device: without them it speaks no SSH. */
import type { Call } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { sshVersion } from './show.ts';

const KEY_MS_PER_BIT = 1;

export async function makeKey(call: Call): Promise<string> {
  const { system, session, args } = call;
  const { platform, world, hardware } = system;
  const domain = system.config.value('ip domain name');
  if (system.config.value('hostname') === undefined)
    throw new CommandRefusal(`% Please define a hostname other than ${platform.hostname}.`);
  if (domain === undefined) throw new CommandRefusal('% Please define a domain-name first.');
  if (!(await mayReplaceKey(call))) return '';
  const name = `${system.hostname}.${domain}`;
  await session.write(`The name for the keys will be: ${name}\n`);
  const bits = args.text('bits') === undefined ? await askBits(call) : Number(args.text('bits'));
  await session.write(
    `\n% The key modulus size is ${bits} bits\n% Generating ${bits} bit RSA keys, keys will be non-exportable...`,
  );
  const began = world.clock.monotonic();
  const pem = await world.makeRsaKey(bits);
  const seconds = Math.max(
    1,
    Math.round((world.clock.monotonic() - began + bits * KEY_MS_PER_BIT * world.pace) / 1000),
  );
  hardware.change({ rsaKey: { pem, name, bits } });
  system.log({ facility: 'SSH', severity: 5, mnemonic: 'ENABLED', text: `SSH ${sshVersion(system)} has been enabled` });
  await system.doorsChanged();
  return `\n[OK] (elapsed time was ${seconds} seconds)\n\n`;
}

/** Keys that are there already are replaced, and whoever is asked for their size is asked for that too. */
async function mayReplaceKey({ system, session, args }: Call): Promise<boolean> {
  const { rsaKey } = system.hardware.facts;
  if (rsaKey === undefined) return true;
  await session.write(`% You already have RSA keys defined named ${rsaKey.name}.\n`);
  if (args.text('bits') === undefined)
    return /^y/i.test((await session.ask('% Do you really want to replace them? [yes/no]: ')).trim());
  await session.write('% They will be replaced.\n\n');
  return true;
}

async function askBits({ session, system }: Call): Promise<number> {
  const least = system.platform.leastRsaBits;
  await session.write(
    `Choose the size of the key modulus in the range of ${least} to 4096 for your\n  General Purpose Keys. Choosing a key modulus greater than 512 may take\n  a few minutes.\n\n`,
  );
  const answer = (await session.ask('How many bits in the modulus [2048]: ')).trim();
  const bits = answer === '' ? 2048 : Number(answer);
  if (!Number.isInteger(bits) || bits < least || bits > 4096)
    throw new CommandRefusal('% A decimal number between the bounds is wanted.');
  return bits;
}

export async function removeKey({ system, session }: Call): Promise<string> {
  if (system.hardware.facts.rsaKey === undefined) return '% No Signature RSA Keys found in configuration.\n';
  await session.write(
    '% All keys will be removed.\n% All router certs issued using these keys will also be removed.\n',
  );
  const answer = (await session.ask('Do you really want to remove these keys? [yes/no]: ')).trim();
  if (!/^y/i.test(answer)) return '';
  system.hardware.change({ rsaKey: undefined });
  const text = `SSH ${sshVersion(system)} has been disabled`;
  system.log({ facility: 'SSH', severity: 5, mnemonic: 'DISABLED', text });
  await system.doorsChanged();
  return '';
}
