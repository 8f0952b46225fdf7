/** The question of a device without a configuration, and what follows when somebody says yes. */
import type { System } from './system.ts';
import type { Teletype } from './terminal/teletype.ts';

const DIALOG = '\n\n         --- System Configuration Dialog ---\n\n';
const QUESTION = 'Would you like to enter the initial configuration dialog? [yes/no]: ';

async function yesOrNo(teletype: Teletype, question: string, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const { how, line } = await teletype.readLine({ prompt: question, kind: 'answer', signal });
    if (how === 'cancel') return false;
    const answer = line.trim().toLowerCase();
    if (answer !== '' && 'yes'.startsWith(answer)) return true;
    if (answer !== '' && 'no'.startsWith(answer)) return false;
    await teletype.print("% Please answer 'yes' or 'no'.\n");
  }
}

async function ask(teletype: Teletype, question: string, signal: AbortSignal): Promise<string> {
  const { line } = await teletype.readLine({ prompt: question, kind: 'answer', signal });
  return line.trim();
}

/** From IOS XE 16.12 on nobody gets past it without an enable secret. */
const insists = ({ image, platform }: System): boolean => {
  const [major = 0, minor = 0] = image.version.split('.').map(Number);
  return (
    (platform.style === 'isr-xe' || platform.style === 'catalyst-9k') && (major > 16 || (major === 16 && minor >= 12))
  );
};

async function askSecret(system: System, teletype: Teletype, signal: AbortSignal): Promise<string> {
  for (;;) {
    if (!insists(system)) {
      const secret = await ask(teletype, '  Enter enable secret: ', signal);
      if (secret !== '') return secret;
      continue;
    }
    const { line: secret } = await teletype.readLine({ prompt: '  Enter enable secret: ', kind: 'secret', signal });
    const { line: again } = await teletype.readLine({ prompt: '  Confirm enable secret: ', kind: 'secret', signal });
    if (secret !== '' && secret === again) return secret;
  }
}

async function interview(system: System, teletype: Teletype, signal: AbortSignal): Promise<void> {
  await teletype.print(
    "\nAt any point you may enter a question mark '?' for help.\nUse ctrl-c to abort configuration dialog at any prompt.\nDefault settings are in square brackets '[]'.\n\nConfiguring global parameters:\n\n",
  );
  const name = await ask(teletype, `  Enter host name [${system.hostname}]: `, signal);
  await finish(system, teletype, { signal, hostname: name === '' ? system.hostname : name });
}

interface Finishing {
  readonly signal: AbortSignal;
  readonly hostname: string | undefined;
}

/** The secret, and what is to be done with all that was told. */
async function finish(system: System, teletype: Teletype, { signal, hostname }: Finishing): Promise<void> {
  const secret = await askSecret(system, teletype, signal);
  await teletype.print(
    '\n[0] Go to the IOS command prompt without saving this config.\n[1] Return back to the setup without saving this config.\n[2] Save this configuration to nvram and exit.\n\n',
  );
  const choice = await ask(teletype, 'Enter your selection [2]: ', signal);
  if (choice === '0') return;
  if (choice === '1') {
    await interview(system, teletype, signal);
    return;
  }
  const lines = [...(hostname === undefined ? [] : [`hostname ${hostname}`]), `enable secret ${secret}`];
  await system.merge(lines.join('\n'));
  await system.save();
  await teletype.print(
    "Building configuration...\n[OK]\nUse the enabled mode 'configure' command to modify this configuration.\n",
  );
}

/** Runs the dialog on the console of a device that has nothing saved. */
export async function setupDialog(system: System, teletype: Teletype, signal: AbortSignal): Promise<void> {
  await teletype.print(DIALOG);
  if (await yesOrNo(teletype, QUESTION, signal)) await interview(system, teletype, signal);
  else if (insists(system)) await finish(system, teletype, { signal, hostname: undefined });
}
