/** Which addresses count as one client: an IPv4 address is its own group, an IPv6 address belongs to its /64. */

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const MAPPED_PREFIX = '0:0:0:0:0:ffff';

/** The eight fields of an IPv6 address as numbers; a dotted end is read as two fields. `undefined` when malformed. */
function fieldsOf(address: string): readonly number[] | undefined {
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail, surplus] = text.split('::');
  if (surplus !== undefined) return undefined;
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = 8 - front.length - back.length;
  if (tail === undefined ? gap !== 0 : gap < 0) return undefined;
  const fields = [...front, ...Array<string>(Math.max(0, gap)).fill('0'), ...back];
  return fields.every((field) => /^[0-9a-f]{1,4}$/i.test(field))
    ? fields.map((field) => Number.parseInt(field, 16))
    : undefined;
}

const dotted = (high: number, low: number): string => [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');

/**
 * The group that an address counts in: `192.0.2.1`, or `2001:db8:0:1::/64`. An IPv4-mapped IPv6 address is judged as
 * the IPv4 address that it is, however it is spelled. Text that is no address is its own group.
 */
export function addressGroup(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (IPV4.test(bare)) return bare;
  const fields = fieldsOf(bare);
  if (fields === undefined) return bare;
  const hex = fields.map((field) => field.toString(16));
  if (hex.slice(0, 6).join(':') === MAPPED_PREFIX) return dotted(fields[6] ?? 0, fields[7] ?? 0);
  return `${hex.slice(0, 4).join(':')}::/64`;
}
