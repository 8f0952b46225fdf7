/**
 * Tells lines of other protocols from FTP. A browser can be made to send a request to this port whose body is FTP commands,
 * and scanners speak whatever they look for: such a connection is closed at its first line. Pure; never throws.
 */

export type ForeignProtocol = 'HTTP' | 'SMTP' | 'SSH' | 'TLS' | 'RTSP' | 'SIP' | 'RDP' | 'SMB';

interface Row {
  readonly protocol: ForeignProtocol;
  /** At the start of a line; every byte is a character of its own. */
  readonly line: RegExp;
}

/**
 * No row may match a command of FTP, of its extensions or of its ancestors (the MAIL and MRCP of RFC 765 had no colon),
 * whatever file it names, nor one that is only mistyped: HELO alone is a key beside HELP.
 */
const ROWS: readonly Row[] = [
  // RFC 9110 §9, RFC 5789, RFC 4918 §9; PRI is RFC 9113 §3.4. Methods are in capitals, but attackers need not keep to it.
  { protocol: 'HTTP', line: /^(GET|HEAD|POST|PUT|DELETE|PATCH|TRACE|OPTIONS|PROPFIND|PRI) (\/|\*|https?:)/i },
  {
    protocol: 'HTTP',
    line: /^(GET|HEAD|POST|PUT|DELETE|PATCH|TRACE|OPTIONS|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK) \S.* HTTP\/\d(\.\d)?$/i,
  },
  { protocol: 'HTTP', line: /^CONNECT \S+:\d{1,5}( |$)/i },
  // Headers (RFC 9110 §5): what comes next where the first line was too long or was lost.
  {
    protocol: 'HTTP',
    line: /^(Host|User-Agent|Accept|Connection|Cookie|Origin|Referer|Upgrade|Cache-Control|Pragma): ?\S/i,
  },
  { protocol: 'HTTP', line: /^(Accept|Content|Sec|Upgrade|X)-[A-Z-]{2,40}: ?\S/i },
  // RFC 5321 §4.1.1.
  { protocol: 'SMTP', line: /^(EHLO|HELO) \S/i },
  { protocol: 'SMTP', line: /^(MAIL FROM|RCPT TO): ?\S/i },
  // RFC 4253 §4.2.
  { protocol: 'SSH', line: /^SSH-\d\.\d{1,2}-/ },
  // RFC 8446 §5.1: a handshake record of any version; RFC 5246 appendix E.2: a ClientHello in the form of SSL 2.
  { protocol: 'TLS', line: /^\x16\x03[\x00-\x04]/ },
  { protocol: 'TLS', line: /^[\x80-\xbf][\x00-\xff]\x01\x03[\x00-\x03]/ },
  // RFC 7826 §4.2; RFC 3261 §19.1.
  { protocol: 'RTSP', line: /^[A-Z_]{2,20} rtsp[su]?:\/\/\S* RTSP\/\d\.\d$/i },
  { protocol: 'SIP', line: /^[A-Z]{2,20} sips?:\S* SIP\/\d\.\d$/i },
  // RFC 1006 §6 with a connection request of X.224; [MS-SMB2] §2.1.
  { protocol: 'RDP', line: /^\x03\x00\x00[\x07-\xff][\x02-\xff]\xe0/ },
  { protocol: 'SMB', line: /^\x00[\x00-\xff]{3}[\xfd-\xff]SMB/ },
];

/** Longer lines are judged by their beginning. */
const LOOKED_AT = 4_096;

/**
 * The protocol of which this is a line, without its end; `undefined` for what may be FTP. Bytes are taken one by one, and
 * text as Latin-1. What has no lines (TLS, RDP, SMB) is known by the first bytes of a connection, whether LF comes or not.
 */
export function foreignProtocolOf(line: Uint8Array | string): ForeignProtocol | undefined {
  const text = typeof line === 'string' ? line.slice(0, LOOKED_AT) : latin1(line.subarray(0, LOOKED_AT));
  return ROWS.find((row) => row.line.test(text))?.protocol;
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
