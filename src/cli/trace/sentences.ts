/** What the picture of a conversation says beside its lines: short, and harmless to a terminal. */
import { printable } from '../../base/escape.ts';
import type { ClientEvent, SecuredChannel } from '../../observe/client-event.ts';
import { durationText, rateOf, sizeText } from '../../observe/quantities.ts';
import { redactArgument, redactText } from '../../observe/redact.ts';

type Of<K extends ClientEvent['kind']> = Extract<ClientEvent, { kind: K }>;

/** Of a longer reply the rest is only counted. */
const MAX_REPLY_LINES = 60;
/** Of a longer line the rest is left out. */
const MAX_LINE_LENGTH = 600;
const HIDDEN = '********';

function shown(text: string): string {
  const cut = text.length > MAX_LINE_LENGTH;
  return printable(cut ? text.slice(0, MAX_LINE_LENGTH) : text) + (cut ? ' …' : '');
}

/** The port behind an address: `[::1]:2121` has `2121`. */
const portOf = (address: string): string => printable(address.slice(address.lastIndexOf(':') + 1));
const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':'));

/** Passwords come replaced; what would be one all the same does not pass here either. */
export function commandText({ line }: Of<'command'>): string {
  const [verb = ''] = line.split(' ', 1);
  const argument = line.slice(verb.length + 1);
  if (argument === '') return shown(line);
  return shown(`${verb} ${redactArgument(verb, argument) || HIDDEN}`);
}

/** Each line of a reply with its code in front, as it travelled. */
export function replyTexts({ code, lines }: Of<'reply'>): readonly string[] {
  const number = String(code).padStart(3, '0');
  const last = lines.length - 1;
  const texts = lines.slice(0, MAX_REPLY_LINES).map((line, index) => {
    if (/^\d{3}[ -]/.test(line) && line.startsWith(number)) return shown(line);
    if (index === last) return shown(`${number} ${line}`);
    return shown(index === 0 ? `${number}-${line}` : `  ${line.trimStart()}`);
  });
  if (lines.length === 0) return [number];
  return lines.length > MAX_REPLY_LINES ? [...texts, `… and ${lines.length - MAX_REPLY_LINES} more lines`] : texts;
}

/** `TLSv1.3` reads as `TLS 1.3`. */
const versionText = (version: string): string => printable(version.replace(/^TLSv/, 'TLS '));

export const securedText = ({ version, cipher, resumed }: SecuredChannel): string =>
  `${versionText(version)}, ${printable(cipher)}, ${resumed === 'yes' ? 'session resumed' : 'a new session'}`;

export const connectingText = ({ connection, host, port }: Of<'connecting'>): string =>
  `control ${connection}: to ${printable(host)}, port ${port}`;

export const connectedText = ({ local, peer }: Of<'connected'>): string => `${printable(local)} → ${printable(peer)}`;

export const disconnectedText = ({ connection, reason }: Of<'disconnected'>): string =>
  `control ${connection} closed: ${shown(redactText(reason))}`;

/** `controlPeer` is the address of the server; another host at the end of a data connection is named. */
export function openedTexts(event: Of<'data-opened'>, controlPeer: string | undefined): readonly string[] {
  const { data, mode, local, peer, secured } = event;
  const [from, to] = mode === 'passive' ? [local, peer] : [peer, local];
  const elsewhere = controlPeer !== undefined && hostOf(controlPeer) !== hostOf(peer);
  const texts = [`data ${data}, ${mode}: port ${portOf(from)} → ${portOf(to)}`];
  if (elsewhere) texts.push(`with another host: ${printable(peer)}`);
  if (secured !== undefined)
    texts.push(
      `${versionText(secured.version)}, ${secured.resumed === 'yes' ? 'control’s session resumed' : 'not resumed: a new session'}`,
    );
  return texts;
}

export function closedText({ direction, bytes, durationMs, outcome }: Of<'data-closed'>): string {
  const moved = `${direction === 'in' ? '←S' : 'C→'} ${sizeText(bytes)} in ${durationText(durationMs)}`;
  const rate = durationMs > 0 ? `, ${sizeText(rateOf(bytes, durationMs))}/s` : '';
  const end = outcome === 'complete' ? '' : outcome === 'aborted' ? ', then given up' : ', then it failed';
  return `${moved}${rate}${end}`;
}

export const retryingText = ({ attempt, delayMs, reason }: Of<'retrying'>): string =>
  `attempt ${attempt} begins in ${durationText(delayMs)}: ${shown(redactText(reason))}`;

export const noteText = ({ text }: Of<'note'>): string => shown(redactText(text));
