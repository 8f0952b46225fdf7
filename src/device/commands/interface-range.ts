/** `interface range gi0/1 - 4 , fa0/2`: what is typed then is typed into each. */
import type { Call, Section } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { physicalInterfaces } from '../platforms/interface-names.ts';
import { Configuration } from '../state/configuration.ts';

const INTERFACE_RANK = 1000;
const PART = /^([a-z-]+)\s*(?:(\d+(?:\/\d+)*)\/)?(\d+)(?:\s*-\s*(?:[a-z-]*\s*(?:\d+\/)*)?(\d+))?$/i;

/** The interfaces of one part of a range; none for what names none. */
function namesOf({ system }: Call, part: string): readonly string[] {
  const [, kind = '', slot, first = '', last = first] = PART.exec(part.trim()) ?? [];
  return physicalInterfaces(system.platform)
    .filter(({ name, group }) => {
      const number = Number(name.slice(`${group.kind}${group.slot}`.length));
      const isKind = kind !== '' && group.kind.toLowerCase().startsWith(kind.toLowerCase());
      const isSlot = group.slot === (slot === undefined ? '' : `${slot}/`);
      return isKind && isSlot && number >= Number(first) && number <= Number(last);
    })
    .map(({ name }) => name);
}

function sectionOf({ system }: Call, name: string): Section {
  const key = `interface ${name}`;
  const lines = system.config.section(key) ?? new Configuration();
  system.config.set(key, { text: key, rank: INTERFACE_RANK, section: lines });
  return { key, lines };
}

/** Enters all interfaces of a range at once. Throws a `CommandRefusal` for a part that names none. */
export function interfaceRange(call: Call): undefined {
  const parts = (call.args.text('names') ?? '').split(',').map((part) => namesOf(call, part));
  if (parts.some((names) => names.length === 0))
    throw new CommandRefusal('% Invalid input: the range names no interface');
  call.session.enter(
    'config-if-range',
    parts.flat().map((name) => sectionOf(call, name)),
  );
  return undefined;
}
