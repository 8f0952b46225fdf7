/** What the file of a lab may say: devices, each as the flags of `portcall device` say it, and what they share. */
import { z } from 'zod';
import { parseHostPort } from '../host-port.ts';
import { count, path, readBy, size, yesOrNo } from './values.ts';

const text = z.string('must be a text').min(1, 'must not be empty');
const address = z
  .union([text, z.int('must be a port').transform(String)])
  .pipe(readBy(parseHostPort, 'must be HOST:PORT such as 127.0.0.1:2323, where 0 is any free port'));
/** What IOS takes as a host name, and the dots and underscores of which it only warns. */
export const HOSTNAME = /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/;

export const DEFAULT_PLATFORM = 'c2911';

/** Keys are the long flags of the command line, without their dashes. */
const sharable = {
  platform: text.optional(),
  user: text.optional(),
  enable: text.optional(),
  blank: yesOrNo.optional(),
  config: path.optional(),
  flash: path.optional(),
  'image-size': size.optional(),
  faults: z.array(text, 'must be a list of faults').optional(),
};

const device = z.strictObject(
  {
    ...sharable,
    hostname: z.string('must be a text').regex(HOSTNAME, 'must be a host name such as SW1'),
    /** So many alike: their names and ports go up from the first. */
    count: count(10_000).optional(),
    telnet: address.optional(),
    ssh: address.optional(),
    tftp: address.optional(),
    console: address.optional(),
  },
  'must be a map with a hostname',
);

export const labSchema = z.strictObject(
  {
    defaults: z.strictObject(sharable, 'must be a map').optional(),
    state: path.optional(),
    pace: z.number('must be a number').min(0, 'must be 0 or more').max(100, 'must be 100 at most').optional(),
    devices: z.array(device, 'must be a list of devices').min(1, 'must have a device'),
  },
  'must be a map with devices',
);

export type LabFile = z.infer<typeof labSchema>;
export type LabDevice = LabFile['devices'][number];
