/** What the log says when interfaces are shut or opened: nothing where nothing changes. */
import type { Call } from '../command.ts';
import { physicalInterfaces, type PhysicalInterface } from '../platforms/interface-names.ts';
import { interfaceState, type InterfaceState } from '../render/interfaces.ts';

type Link = Pick<InterfaceState, 'isShut' | 'protocol'>;

/** Notes how the interfaces of a command stand, and tells behind it what has become of each. */
export function linkChanges(call: Call): () => void {
  const { system } = call;
  const names = new Set(call.sections.map(({ key }) => key.replace(/^interface /, '')));
  const before = physicalInterfaces(system.platform)
    .filter(({ name }) => names.has(name))
    .map((one) => ({ one, was: interfaceState(system, one) }));
  return () => {
    for (const { one, was } of before) tell(call, one, { was, is: interfaceState(system, one) });
  };
}

function tell(
  { system }: Call,
  { name }: PhysicalInterface,
  { was, is }: { readonly was: Link; readonly is: Link },
): void {
  if (was.isShut !== is.isShut) {
    const text = `Interface ${name}, changed state to ${is.isShut ? 'administratively down' : is.protocol}`;
    system.log({
      facility: 'LINK',
      severity: is.isShut ? 5 : 3,
      mnemonic: is.isShut ? 'CHANGED' : 'UPDOWN',
      text,
    });
  }
  if (was.protocol === is.protocol) return;
  const text = `Line protocol on Interface ${name}, changed state to ${is.protocol}`;
  system.log({ facility: 'LINEPROTO', severity: 5, mnemonic: 'UPDOWN', text });
}
