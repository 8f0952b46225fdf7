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

async function interview(system: System, teletype: Teletype, signal: AbortSignal): Promise<void> {
  await teletype.print(
    "\nAt any point you may enter a question mark '?' for help.\nUse ctrl-c to abort configuration dialog at any prompt.\nDefault settings are in square brackets '[]'.\n\nConfiguring global parameters:\n\n",
  );
  const name = await ask(teletype, `  Enter host name [${system.hostname}]: `, signal);
  let secret = '';
  while (secret === '') secret = await ask(teletype, '  Enter enable secret: ', signal);
  const lines = [`hostname ${name === '' ? system.hostname : name}`, `enable secret ${secret}`];
  await teletype.print(
    '\n[0] Go to the IOS command prompt without saving this config.\n[1] Return back to the setup without saving this config.\n[2] Save this configuration to nvram and exit.\n\n',
  );
  const choice = await ask(teletype, 'Enter your selection [2]: ', signal);
  if (choice === '0') return;
  if (choice === '1') {
    await interview(system, teletype, signal);
    return;
  }
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
}
