/** The running configuration as a whole in the place of another. */
import type { RunningSystem } from './command.ts';
import { layFactoryLines } from './factory-lines.ts';
import { configurationLines } from './render/running-config.ts';

/** Replaces the running configuration by a file: what the file does not say is gone. */
export async function replaceConfiguration(system: RunningSystem, text: string): Promise<readonly string[]> {
  const before = configurationLines(system.config).join('\n');
  system.config.clear();
  layFactoryLines(system.platform, system.config, 'configured');
  const refusals = await system.merge(text);
  if (refusals.length > 0) {
    system.config.clear();
    await system.merge(before);
  }
  system.changed(undefined);
  await system.doorsChanged();
  return refusals;
}
