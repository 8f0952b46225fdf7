/** What a refusal of the server means, as far as its code tells. */
import type { FileErrorKind } from '../../../files/error.ts';
import type { FtpReply } from './session.ts';
export const kindOfReply = (reply: FtpReply): FileErrorKind =>
  reply.code === 421
    ? 'too-many-connections'
    : reply.code === 426
      ? 'connection-lost'
      : reply.code === 425
        ? 'unreachable'
        : reply.code === 452 || reply.code === 552
          ? 'full'
          : reply.code === 550
            ? 'not-found'
            : 'io';
